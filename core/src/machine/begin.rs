//! How a machine begins: with a new session, or with one from its record.

use alloc::collections::{BTreeSet, VecDeque};
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::commit::Commit;
use super::events::Delivery;
use super::record::Kept;
use super::sleep::Sleep;
use super::strikes::Strikes;
use super::timers::Timers;
use super::topics::Topics;
use super::values::decoded;
use super::{Machine, Record, RecordError, SavedPublish, SavedTimer};
use crate::codec::{CodecError, PageCodec};
use crate::config::Config;
use crate::counters::Counters;
use crate::ctx::{Asked, Timer};
use crate::effect::Effect;
use crate::error::Result;
use crate::flash::Flash;
use crate::guard::{Calling, Guard};
use crate::owner::Claim;
use crate::page::Page;
use crate::region::Regions;
use crate::request::Request;
use crate::session::{Session, SessionId};
use crate::time::Instant;
use crate::wire::List;

impl<P: Page, C: PageCodec<P>, G: Guard> Machine<P, C, G> {
    /// A new session: mounts the page. `connected` is what [`Ctx::connected`](crate::Ctx::connected) tells the page; a machine for the
    /// first HTTP response is mounted with `false`, and lives no longer than the response.
    ///
    /// # Errors
    /// What the page's `mount` returned, possibly a [`Redirect`](crate::Redirect), or a caught [`Panicked`](crate::Panicked).
    #[expect(clippy::too_many_arguments, reason = "each is a part that the driver chooses")]
    pub fn mount(
        page: Arc<P>,
        codec: C,
        guard: G,
        id: SessionId,
        request: Arc<Request>,
        config: Config,
        connected: bool,
        now: Instant,
    ) -> Result<Self> {
        let user_id = request.user_id.clone();
        let state = guard.run(Calling::Value, P::State::default)?;
        let mut machine = Self::blank(page, codec, guard, Session::new(id, state), request, config);
        machine.session.user_id = user_id;
        machine.session.csrf = machine.request.csrf.clone();
        machine.session.base = machine.request.base.clone();
        (machine.live, machine.present) = (connected, connected);
        // A session that is mounted once more under its old id doesn't repeat its numbers.
        machine.asked.next_publish = now.as_micros();
        machine.attempt(connected, Calling::Mount, now, |page, ctx, session| page.mount(ctx, session))?;
        machine.session.mark_all();
        machine.commit.event(now);
        Ok(machine)
    }

    /// A session from the record that a store kept. Its state is not mounted again; the first connection gets what differs from what
    /// its browser shows (rule R9). With [`Config::durable`] the session is first of all made this machine's own: an [`Output::Commit`](super::Output::Commit) under a new
    /// [`Claim`] is due, and what comes meanwhile waits for it (rule R1).
    ///
    /// `live` is false for a session that no browser connects to: it plays one request, such as a form that is posted without JavaScript.
    /// It has no timers, [`Ctx::connected`](crate::Ctx::connected) is false, and its driver commits its [`record`](Self::record).
    ///
    /// # Errors
    /// A record of a newer schema, or a state that the codec can't decode (rule R11).
    pub fn restore(
        page: Arc<P>,
        codec: C,
        guard: G,
        record: &Record,
        request: Arc<Request>,
        config: Config,
        live: bool,
    ) -> Result<Self, RecordError> {
        let saved = record.read()?;
        let state = decoded(&guard, || codec.decode(saved.state))?;
        let mut session = Session::new(record.id, state);
        session.flash = restored_flash(&saved.flash);
        session.user_id = saved.user_id.map(Into::into);
        session.csrf = request.csrf.clone();
        session.base = request.base.clone();
        session.mark_all();
        let mut machine = Self::blank(page, codec, guard, session, request, config);
        machine.live = live;
        machine.commit = Commit::take_over(record, machine.config.nonce);
        machine.delivery = Delivery::resumed(&saved);
        machine.topics = Topics::restored(&saved.topics);
        machine.unknown = Kept::of(saved.unknown);
        machine.asked.next_publish = saved.next_publish;
        for SavedTimer { number, at, message } in saved.timers.iter().filter(|_| live) {
            let message = decoded(&machine.guard, || machine.codec.decode(&message))?;
            machine.timers.add(Timer(number), Instant::from_micros(at), message);
            machine.asked.next_timer = machine.asked.next_timer.max(number);
        }
        for SavedPublish { number, topic, message } in saved.publishes.iter() {
            let message = decoded(&machine.guard, || machine.codec.decode(&message))?;
            machine.commit.hold(Effect::Publish { number, topic: topic.into(), message }, Instant::default());
        }
        machine.claim(saved.state);
        match machine.over {
            true => Err(RecordError::State(CodecError::new("it can't be encoded again"))),
            false => Ok(machine),
        }
    }

    /// Puts out the record that makes a restored session this machine's own, with the state's bytes as they were.
    fn claim(&mut self, state: &[u8]) {
        if self.config.durable && self.live {
            self.encoded = Some(state.into());
            self.commit.event(Instant::default());
            self.start_commit(Instant::default());
        }
    }

    fn blank(
        page: Arc<P>,
        codec: C,
        guard: G,
        session: Session<P::State>,
        request: Arc<Request>,
        config: Config,
    ) -> Self {
        Self {
            commit: Commit::begin(Claim::first(config.nonce)),
            page,
            codec,
            guard,
            config,
            request,
            live: true,
            present: false,
            session,
            spare: None,
            encoded: None,
            asked: Asked::default(),
            timers: Timers::default(),
            topics: Topics::default(),
            unknown: None,
            regions: Regions::new(),
            title: String::new(),
            layout: String::new(),
            render_failed: false,
            unchecked: false,
            forgotten: BTreeSet::new(),
            delivery: Delivery::default(),
            inbox: VecDeque::new(),
            link: None,
            draining: false,
            resting: false,
            sleep: Sleep::default(),
            unstorable: false,
            over: false,
            strikes: Strikes::default(),
            scratch: None,
            streams: None,
            followed: Vec::new(),
            out: VecDeque::new(),
            counters: Counters::default(),
        }
    }
}

fn restored_flash([success, error, warning, info]: &[List<'_, &str>; 4]) -> Flash {
    let kept = |messages: &List<'_, &str>| messages.iter().map(String::from).collect();
    Flash { success: kept(success), error: kept(error), warning: kept(warning), info: kept(info) }
}
