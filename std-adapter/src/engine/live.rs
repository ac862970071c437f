//! Sessions without their types: one form for the machines of all pages.

use std::any::Any;
use std::cell::Cell;
use std::sync::Arc;

use live_core::wire::Hello;
use live_core::{
    Call, Config, Counters, Effect, Error, ErrorReport, FullPage, Input, Instant, Lease, Machine, Output,
    Page, Panicked, Record, RecordError, Redirect, Request, Result, Scratch, SessionId,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::held::Held;
use super::runtime::discard;
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
    fn is_resting(&self) -> bool;
    fn is_asleep(&self) -> bool;
    fn is_over(&self) -> bool;
}

/// A page, and how to start its sessions.
pub(crate) trait Host: Send + Sync {
    fn mount(&self, new: New, connected: bool, now: Instant) -> Result<Held>;
    /// `live` as [`Machine::restore`] has it.
    fn restore(&self, record: &Record, new: New, live: bool) -> Result<Held, RecordError>;
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
    fn mount(&self, new: New, connected: bool, now: Instant) -> Result<Held> {
        let New { id, request, config, streams } = new;
        let mut machine =
            Machine::mount(self.0.clone(), MsgpackCodec, CatchUnwind, id, request, config, connected, now)?;
        machine.lend(streams);
        Ok(Held::new(Running { machine, failed: None }))
    }

    fn restore(&self, record: &Record, new: New, live: bool) -> Result<Held, RecordError> {
        let New { request, config, streams, .. } = new;
        let mut machine =
            Machine::restore(self.0.clone(), MsgpackCodec, CatchUnwind, record, request, config, live)?;
        machine.lend(streams);
        Ok(Held::new(Running { machine, failed: None }))
    }
}

/// A machine, and what has failed on the way to it.
struct Running<P: Page> {
    machine: Machine<P, MsgpackCodec, CatchUnwind>,
    /// To be reported with the next outputs.
    failed: Option<Box<ErrorReport>>,
}

impl<P> Live for Running<P>
where
    P: Page,
    P::State: Serialize + DeserializeOwned,
    P::Message: Serialize + DeserializeOwned,
{
    fn handle(&mut self, input: Input<'_, Parcel>, now: Instant) {
        match typed::<P>(input) {
            Ok(Some(input)) => self.machine.handle(input, now),
            Ok(None) => {}
            Err(panicked) => self.failed = Some(Box::new(of_message(panicked))),
        }
    }

    fn poll(&mut self, now: Instant) -> Option<Output<Parcel>> {
        if let Some(report) = self.failed.take() {
            return Some(Output::Effect(Effect::Error(*report)));
        }
        let machine = &mut self.machine;
        let output = with_buffers(|buffers| {
            machine.swap_scratch(buffers);
            let output = machine.poll(now);
            machine.swap_scratch(buffers);
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
        self.machine.poll_timeout()
    }

    fn lease(&self) -> Option<Lease> {
        self.machine.lease()
    }

    fn is_ready(&self) -> bool {
        self.machine.is_ready()
    }

    fn is_clean(&self) -> bool {
        self.failed.is_none() && self.machine.is_clean()
    }

    fn is_waiting(&self) -> bool {
        self.machine.is_waiting()
    }

    fn redirect(&self) -> Option<&Redirect> {
        self.machine.redirect()
    }

    fn full_page(&mut self) -> Result<FullPage> {
        with_buffers(|buffers| {
            self.machine.swap_scratch(buffers);
            self.machine.full_page()
        })
    }

    fn topics(&self) -> Vec<String> {
        self.machine.topics().map(str::to_owned).collect()
    }

    fn record(&self) -> Result<Record> {
        self.machine.record()
    }

    fn has_flash(&self) -> bool {
        !self.machine.session().flash.is_empty()
    }

    fn counters(&self) -> Counters {
        *self.machine.counters()
    }

    fn html_bytes(&self) -> usize {
        self.machine.html_bytes()
    }

    fn is_behind(&self, hello: &Hello<'_>) -> bool {
        self.machine.is_behind(hello)
    }

    fn is_drained(&self) -> bool {
        self.machine.is_drained()
    }

    fn is_resting(&self) -> bool {
        self.machine.is_resting()
    }

    fn is_asleep(&self) -> bool {
        self.machine.is_asleep()
    }

    fn is_over(&self) -> bool {
        self.machine.is_over()
    }
}

/// None for a message of another page's type, which is none of this page's business.
fn typed<P: Page<Message: DeserializeOwned>>(
    input: Input<'_, Parcel>,
) -> Result<Option<Input<'_, P::Message>>, Panicked> {
    Ok(Some(match input {
        Input::Message(parcel) => match opened::<P>(parcel)? {
            Some(message) => Input::Message(message),
            None => return Ok(None),
        },
        Input::Published { topic, position, message } => match opened::<P>(message)? {
            Some(message) => Input::Published { topic, position, message },
            None => return Ok(None),
        },
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
    }))
}

fn of_message(error: impl Into<Error>) -> ErrorReport {
    ErrorReport { call: Call::Info, error: error.into() }
}

/// None for a message of another page's type.
fn opened<P: Page<Message: DeserializeOwned>>(parcel: Parcel) -> Result<Option<P::Message>, Panicked> {
    match parcel {
        Parcel::Bytes(bytes) => match CatchUnwind.catch(|| from_msgpack(&bytes))? {
            Ok(message) => Ok(Some(message)),
            Err(error) => {
                crate::log!(debug, %error, "a message that this page can't read");
                Ok(None)
            }
        },
        Parcel::Value(value) => match value.downcast() {
            Ok(message) => Ok(Some(*message)),
            Err(other) => {
                discard(other);
                Ok(None)
            }
        },
    }
}

fn untyped<P: Page<Message: Serialize>>(effect: Effect<P::Message>) -> Effect<Parcel> {
    match effect {
        Effect::Publish { number, topic, message } => {
            let encoded = CatchUnwind.catch(|| to_msgpack(&message));
            discard(message);
            match encoded {
                Ok(Ok(bytes)) => Effect::Publish { number, topic, message: Parcel::Bytes(bytes.into()) },
                Ok(Err(error)) => Effect::Error(of_message(error)),
                Err(panicked) => Effect::Error(of_message(panicked)),
            }
        }
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
