//! How long something may take.

use std::future::poll_fn;
use std::io;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use futures_timer::Delay;

/// A connection's timer: one for all of its limits. It is set again only where it would ring too late, or has rung too soon, since to set it wakes
/// another thread.
#[derive(Default)]
pub(super) struct Timer {
    set: Option<(Delay, Instant)>,
}

impl Timer {
    /// `work`, or a timeout error. No timer is needed for what is done at once.
    pub(super) async fn within<T>(
        &mut self,
        limit: Duration,
        work: impl Future<Output = io::Result<T>>,
    ) -> io::Result<T> {
        let (mut work, mut due) = (pin!(work), None);
        poll_fn(|cx| match work.as_mut().poll(cx) {
            Poll::Pending => {
                let due = *due.get_or_insert_with(|| Instant::now() + limit);
                self.poll(due, cx).map(|()| Err(io::ErrorKind::TimedOut.into()))
            }
            done => done,
        })
        .await
    }

    /// Ready once it is `due`.
    pub(super) fn poll(&mut self, due: Instant, cx: &mut Context<'_>) -> Poll<()> {
        let (timer, rings) = self.set.get_or_insert_with(|| (Delay::new(until(due)), due));
        if due < *rings {
            timer.reset(until(due));
            *rings = due;
        }
        loop {
            ready!(Pin::new(&mut *timer).poll(cx));
            if until(due).is_zero() {
                return Poll::Ready(());
            }
            timer.reset(until(due));
            *rings = due;
        }
    }
}

fn until(due: Instant) -> Duration {
    due.saturating_duration_since(Instant::now())
}

#[cfg(test)]
mod tests {
    use super::*;
    use smol::block_on;
    use std::future::{pending, ready};

    const SHORT: Duration = Duration::from_millis(20);
    const LONG: Duration = Duration::from_secs(3600);

    fn expires(timer: &mut Timer, after: Duration) {
        let began = Instant::now();
        let error = block_on(timer.within(after, pending::<io::Result<()>>())).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        assert!(began.elapsed() >= after);
    }

    /// Something that isn't done at once.
    async fn soon() -> io::Result<u8> {
        smol::future::yield_now().await;
        Ok(7)
    }

    #[test]
    fn what_is_done_at_once_needs_no_timer() {
        let mut timer = Timer::default();
        assert_eq!(block_on(timer.within(SHORT, ready(Ok(7)))).unwrap(), 7);
        assert!(timer.set.is_none());
    }

    #[test]
    fn one_timer_serves_limits_that_end_sooner_and_later() {
        let mut timer = Timer::default();
        assert_eq!(block_on(timer.within(LONG, soon())).unwrap(), 7);
        let first = timer.set.as_ref().unwrap().1;
        assert_eq!(block_on(timer.within(LONG, soon())).unwrap(), 7);
        assert_eq!(timer.set.as_ref().unwrap().1, first, "it isn't set again for what ends later");
        expires(&mut timer, SHORT);
        assert_eq!(block_on(timer.within(SHORT, soon())).unwrap(), 7);
        expires(&mut timer, SHORT * 2);
    }
}
