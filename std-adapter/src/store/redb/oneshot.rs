//! One answer, from the writer's thread to whoever waits for it, on any runtime.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use crate::store::StoreError;

type Answer = Result<(), StoreError>;

/// Gives the answer. Dropped without one, it says that the store has ended.
pub(super) struct Sender(Arc<Mutex<State>>);

/// Waits for the answer.
pub(super) struct Receiver(Arc<Mutex<State>>);

enum State {
    Open(Option<Waker>),
    Answered(Answer),
    Done,
}

pub(super) fn oneshot() -> (Sender, Receiver) {
    let state = Arc::new(Mutex::new(State::Open(None)));
    (Sender(state.clone()), Receiver(state))
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Sender {
    pub(super) fn send(self, answer: Answer) {
        self.put(answer);
    }

    fn put(&self, answer: Answer) {
        let mut state = lock(&self.0);
        let State::Open(waker) = &mut *state else { return };
        let waker = waker.take();
        *state = State::Answered(answer);
        drop(state);
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

impl Drop for Sender {
    fn drop(&mut self) {
        self.put(Err(StoreError::Failed("the store's writer has ended".into())));
    }
}

impl Future for Receiver {
    type Output = Answer;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Answer> {
        let mut state = lock(&self.0);
        match std::mem::replace(&mut *state, State::Done) {
            State::Answered(answer) => Poll::Ready(answer),
            State::Open(_) => {
                *state = State::Open(Some(cx.waker().clone()));
                Poll::Pending
            }
            State::Done => panic!("polled after it was done"),
        }
    }
}
