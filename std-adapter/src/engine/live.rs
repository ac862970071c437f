//! Sessions without their types: one form for the machines of all pages.

use std::any::Any;
use std::cell::Cell;
use std::sync::Arc;

use live_core::wire::Hello;
use live_core::{
    Call, Config, Counters, Effect, Error, ErrorReport, FullPage, Input, Instant, Lease, Machine, Output,
    Page, Record, RecordError, Redirect, Request, Result, Scratch, SessionId,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::streams::PageStreams;
use crate::codec::{MsgpackCodec, from_msgpack, to_msgpack};
use crate::guard::CatchUnwind;

/// How many bytes each buffer of a worker keeps.
const KEPT: usize = 1 << 20;

thread_local! {
    /// What all machines that this worker polls write into.
    static BUFFERS: Cell<Option<Box<Scratch>>> = const { Cell::new(None) };
}

/// Page code that is called meanwhile, and polls another machine, finds others.
fn with_buffers<T>(work: impl FnOnce(&mut Option<Box<Scratch>>) -> T) -> T {
    let mut buffers = BUFFERS.take().or_else(|| Some(Box::new(Scratch::new(KEPT))));
    let value = work(&mut buffers);
    BUFFERS.set(buffers);
    value
}

/// Takes back the buffer of a frame that was sent.
pub(crate) fn recycle(frame: Vec<u8>) {
    with_buffers(|buffers| {
        if let Some(buffers) = buffers {
            buffers.recycle(frame);
        }
    });
}

/// A message to a page, whose type only the page knows.
pub(crate) enum Parcel {
    /// From the bus.
    Bytes(Arc<[u8]>),
    /// From a task of the same session.
    Value(Box<dyn Any + Send>),
}

/// A [`Machine`] of any page. Its messages are parcels.
pub(crate) trait Live: Send {
    fn handle(&mut self, input: Input<'_, Parcel>, now: Instant);
    fn poll(&mut self, now: Instant) -> Option<Output<Parcel>>;
    fn poll_timeout(&self) -> Option<Instant>;
    fn lease(&self) -> Option<Lease>;
    fn is_ready(&self) -> bool;
    fn is_clean(&self) -> bool;
    fn is_waiting(&self) -> bool;
    fn redirect(&self) -> Option<&Redirect>;
    fn full_page(&mut self) -> Result<FullPage>;
    fn topics(&self) -> Vec<String>;
    fn record(&self) -> Result<Record>;
    fn has_flash(&self) -> bool;
    fn counters(&self) -> Counters;
    fn html_bytes(&self) -> usize;
    fn is_behind(&self, hello: &Hello<'_>) -> bool;
    fn is_drained(&self) -> bool;
    fn is_asleep(&self) -> bool;
    fn is_over(&self) -> bool;
}

/// A page, and how to start its sessions.
pub(crate) trait Host: Send + Sync {
    fn mount(&self, new: New, connected: bool, now: Instant) -> Result<Box<dyn Live>>;
    /// `live` as [`Machine::restore`] has it.
    fn restore(&self, record: &Record, new: New, live: bool) -> Result<Box<dyn Live>, RecordError>;
}

/// What a session starts with.
#[derive(Clone)]
pub(crate) struct New {
    pub(crate) id: SessionId,
    pub(crate) request: Arc<Request>,
    pub(crate) config: Config,
    pub(crate) streams: Arc<PageStreams>,
}

pub(crate) struct Typed<P>(Arc<P>);

impl<P> Typed<P> {
    pub(crate) fn new(page: P) -> Self {
        Self(Arc::new(page))
    }
}

impl<P> Host for Typed<P>
where
    P: Page,
    P::State: Serialize + DeserializeOwned,
    P::Message: Serialize + DeserializeOwned,
{
    fn mount(&self, new: New, connected: bool, now: Instant) -> Result<Box<dyn Live>> {
        let New { id, request, config, streams } = new;
        let mut machine =
            Machine::mount(self.0.clone(), MsgpackCodec, CatchUnwind, id, request, config, connected, now)?;
        machine.lend(streams);
        Ok(Box::new(machine))
    }

    fn restore(&self, record: &Record, new: New, live: bool) -> Result<Box<dyn Live>, RecordError> {
        let New { request, config, streams, .. } = new;
        let mut machine =
            Machine::restore(self.0.clone(), MsgpackCodec, CatchUnwind, record, request, config, live)?;
        machine.lend(streams);
        Ok(Box::new(machine))
    }
}

impl<P> Live for Machine<P, MsgpackCodec, CatchUnwind>
where
    P: Page,
    P::State: Serialize + DeserializeOwned,
    P::Message: Serialize + DeserializeOwned,
{
    fn handle(&mut self, input: Input<'_, Parcel>, now: Instant) {
        if let Some(input) = typed::<P>(input) {
            self.handle(input, now);
        }
    }

    fn poll(&mut self, now: Instant) -> Option<Output<Parcel>> {
        let output = with_buffers(|buffers| {
            self.swap_scratch(buffers);
            let output = self.poll(now);
            self.swap_scratch(buffers);
            output
        });
        Some(match output? {
            Output::Effect(effect) => Output::Effect(untyped::<P>(effect)),
            Output::Commit(record) => Output::Commit(record),
            Output::Fetch { generation } => Output::Fetch { generation },
            Output::Transmit(frame) => Output::Transmit(frame),
            Output::Close(reason) => Output::Close(reason),
        })
    }

    fn poll_timeout(&self) -> Option<Instant> {
        self.poll_timeout()
    }

    fn lease(&self) -> Option<Lease> {
        self.lease()
    }

    fn is_ready(&self) -> bool {
        self.is_ready()
    }

    fn is_clean(&self) -> bool {
        self.is_clean()
    }

    fn is_waiting(&self) -> bool {
        self.is_waiting()
    }

    fn redirect(&self) -> Option<&Redirect> {
        self.redirect()
    }

    fn full_page(&mut self) -> Result<FullPage> {
        with_buffers(|buffers| {
            self.swap_scratch(buffers);
            self.full_page()
        })
    }

    fn topics(&self) -> Vec<String> {
        self.topics().map(str::to_owned).collect()
    }

    fn record(&self) -> Result<Record> {
        self.record()
    }

    fn has_flash(&self) -> bool {
        !self.session().flash.is_empty()
    }

    fn counters(&self) -> Counters {
        *self.counters()
    }

    fn html_bytes(&self) -> usize {
        self.html_bytes()
    }

    fn is_behind(&self, hello: &Hello<'_>) -> bool {
        self.is_behind(hello)
    }

    fn is_drained(&self) -> bool {
        self.is_drained()
    }

    fn is_asleep(&self) -> bool {
        self.is_asleep()
    }

    fn is_over(&self) -> bool {
        self.is_over()
    }
}

/// None for a message of another page's type, which is none of this page's business.
fn typed<P: Page<Message: DeserializeOwned>>(input: Input<'_, Parcel>) -> Option<Input<'_, P::Message>> {
    Some(match input {
        Input::Message(parcel) => Input::Message(opened::<P>(parcel)?),
        Input::Published { topic, position, message } => {
            Input::Published { topic, position, message: opened::<P>(message)? }
        }
        Input::Connected { hello, token, resumed } => Input::Connected { hello, token, resumed },
        Input::Frame(frame) => Input::Frame(frame),
        Input::Missed(topic) => Input::Missed(topic),
        Input::Changed { region, current } => Input::Changed { region, current },
        Input::Passed(lease) => Input::Passed(lease),
        Input::Committed { generation } => Input::Committed { generation },
        Input::CommitFailed { generation, error } => Input::CommitFailed { generation, error },
        Input::Timeout => Input::Timeout,
        Input::Closed => Input::Closed,
        Input::Drain { wait } => Input::Drain { wait },
        Input::Rest => Input::Rest,
        Input::Hibernate => Input::Hibernate,
        Input::Fetched(record) => Input::Fetched(record),
        Input::FetchFailed => Input::FetchFailed,
    })
}

fn opened<P: Page<Message: DeserializeOwned>>(parcel: Parcel) -> Option<P::Message> {
    match parcel {
        Parcel::Bytes(bytes) => match from_msgpack(&bytes) {
            Ok(message) => Some(message),
            Err(error) => {
                tracing::debug!(%error, "a message that this page can't read");
                None
            }
        },
        Parcel::Value(value) => value.downcast().ok().map(|message| *message),
    }
}

fn untyped<P: Page<Message: Serialize>>(effect: Effect<P::Message>) -> Effect<Parcel> {
    match effect {
        Effect::Publish { number, topic, message } => match to_msgpack(&message) {
            Ok(bytes) => Effect::Publish { number, topic, message: Parcel::Bytes(bytes.into()) },
            Err(error) => Effect::Error(ErrorReport { call: Call::Info, error: Error::from(error) }),
        },
        Effect::Spawn(task) => {
            Effect::Spawn(Box::pin(async move { Parcel::Value(Box::new(task.await) as Box<dyn Any + Send>) }))
        }
        Effect::Subscribe(topic) => Effect::Subscribe(topic),
        Effect::Unsubscribe(topic) => Effect::Unsubscribe(topic),
        Effect::Follow { region, topic } => Effect::Follow { region, topic },
        Effect::Unfollow { region, topic } => Effect::Unfollow { region, topic },
        Effect::Error(report) => Effect::Error(report),
    }
}
