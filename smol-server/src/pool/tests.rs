use std::future::{pending, poll_fn};
use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Condvar, Mutex};
use std::task::{Poll, ready};
use std::thread::JoinHandle;
use std::time::Duration;

use super::{Pool, Source};

/// A test that waits for longer has failed.
const PATIENCE: Duration = Duration::from_secs(5);

/// A pool and so many threads that work for it, which end with it.
struct Working {
    pool: Arc<Pool>,
    threads: Vec<JoinHandle<()>>,
}

impl Working {
    fn new(workers: usize) -> Self {
        let pool = Arc::new(Pool::new().unwrap());
        let work = |pool: Arc<Pool>| std::thread::spawn(move || pool.work(&Arc::default()));
        Self { threads: (0..workers).map(|_| work(pool.clone())).collect(), pool }
    }

    fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.pool.spawn(Box::pin(task));
    }

    /// Both ends of a connection, one of them the pool's.
    fn pair(&self) -> (Source<TcpStream>, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let other = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        (self.pool.source(listener.accept().unwrap().0).unwrap(), other)
    }

    fn stop(&mut self) {
        self.pool.stop();
        self.threads.drain(..).for_each(|thread| thread.join().unwrap());
    }
}

impl Drop for Working {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Reads what comes, in pieces of so many bytes at most; an empty piece is the end.
async fn read_all(socket: Source<TcpStream>, most: usize, heard: Sender<Vec<u8>>) {
    let mut drained = false;
    loop {
        let piece = poll_fn(|cx| {
            loop {
                if drained {
                    ready!(socket.poll_readable(cx)).unwrap();
                }
                let mut space = vec![0; most];
                match socket.get_ref().read(&mut space) {
                    Err(error) if error.kind() == ErrorKind::WouldBlock => drained = true,
                    read => {
                        space.truncate(read.unwrap());
                        drained = space.len() < most;
                        return Poll::Ready(space);
                    }
                }
            }
        })
        .await;
        let is_last = piece.is_empty();
        if heard.send(piece).is_err() || is_last {
            return;
        }
    }
}

fn next<T>(heard: &Receiver<T>) -> T {
    heard.recv_timeout(PATIENCE).unwrap()
}

/// How many tasks meet, and how many workers there are for it.
const MANY: usize = 4;

/// Where tasks wait for one another, each on a worker of its own.
#[derive(Default)]
struct Meeting {
    present: Mutex<usize>,
    changed: Condvar,
}

impl Meeting {
    fn enter(&self) {
        let mut present = self.present.lock().unwrap();
        *present += 1;
        self.changed.notify_all();
        let waited = self.changed.wait_timeout_while(present, PATIENCE, |present| *present < MANY).unwrap();
        assert!(!waited.1.timed_out(), "the others don't come");
    }
}

/// Blocks a worker until it is told to go on.
fn block(working: &Working) -> Sender<()> {
    let ((go_on, waits), (says, blocked)) = (channel::<()>(), channel());
    working.spawn(async move {
        says.send(()).unwrap();
        assert_eq!(waits.recv_timeout(PATIENCE), Err(RecvTimeoutError::Disconnected));
    });
    next(&blocked);
    go_on
}

#[test]
fn what_comes_is_read_one_piece_after_the_other_and_the_end_is_told() {
    let working = Working::new(2);
    let (socket, mut other) = working.pair();
    let (says, heard) = channel();
    working.spawn(read_all(socket, 4, says));
    for piece in [&b"one"[..], b"two", b"four"] {
        other.write_all(piece).unwrap();
        assert_eq!(next(&heard), piece);
    }
    other.write_all(b"and more").unwrap();
    assert_eq!([next(&heard), next(&heard)].concat(), b"and more");
    other.write_all(b"end").unwrap();
    assert_eq!(next(&heard), b"end");
    other.shutdown(Shutdown::Write).unwrap();
    assert_eq!(next(&heard), b"");
}

#[test]
fn an_end_that_is_told_with_the_last_bytes_is_heard_after_them() {
    let working = Working::new(1);
    let (socket, mut other) = working.pair();
    let (says, heard) = channel();
    working.spawn(read_all(socket, 64, says));
    other.write_all(b"one").unwrap();
    assert_eq!(next(&heard), b"one");
    let go_on = block(&working);
    other.write_all(b"end").unwrap();
    other.shutdown(Shutdown::Write).unwrap();
    drop(go_on);
    assert_eq!((next(&heard), next(&heard)), (b"end".to_vec(), vec![]));
}

#[test]
fn a_full_socket_is_written_to_once_there_is_room() {
    const SIZE: usize = 16 << 20;
    let working = Working::new(2);
    let (socket, mut other) = working.pair();
    let (says, full) = channel();
    working.spawn(async move {
        let mut written = 0;
        while written < SIZE {
            written += poll_fn(|cx| {
                loop {
                    match socket.get_ref().write(&vec![7; SIZE - written]) {
                        Err(error) if error.kind() == ErrorKind::WouldBlock => {
                            let polled = socket.poll_writable(cx);
                            let _ = says.send(());
                            ready!(polled).unwrap();
                        }
                        count => return Poll::Ready(count.unwrap()),
                    }
                }
            })
            .await;
        }
    });
    next(&full);
    let mut read = vec![0; SIZE];
    other.read_exact(&mut read).unwrap();
    assert!(read.iter().all(|byte| *byte == 7));
}

#[test]
fn who_sleeps_is_woken_by_other_threads_for_each_task() {
    let working = Working::new(2);
    let (says, heard) = channel();
    let (send, receive) = smol::channel::unbounded();
    for _ in 0..2 {
        let (says, receive) = (says.clone(), receive.clone());
        working.spawn(async move {
            while let Ok(number) = receive.recv().await {
                says.send(number).unwrap();
            }
        });
    }
    for number in 0..2000 {
        send.send_blocking(number).unwrap();
        assert_eq!(next(&heard), number);
    }
}

#[test]
fn a_task_that_takes_long_holds_up_no_socket_and_no_task() {
    let working = Working::new(2);
    for _ in 0..50 {
        let (socket, mut other) = working.pair();
        let (says, heard) = channel();
        working.spawn(read_all(socket, 64, says.clone()));
        let go_on = block(&working);
        other.write_all(b"ping").unwrap();
        assert_eq!(next(&heard), b"ping");
        working.spawn(async move { says.send(b"pong".to_vec()).unwrap() });
        assert_eq!(next(&heard), b"pong");
        drop(go_on);
    }
}

#[test]
fn tasks_that_one_thread_wakes_at_once_dont_wait_for_one_another() {
    let working = Working::new(MANY);
    for _ in 0..200 {
        let (send, receive) = smol::channel::bounded::<()>(MANY);
        let meeting = Arc::<Meeting>::default();
        let (says, heard) = channel();
        for _ in 0..MANY {
            let (receive, meeting, says) = (receive.clone(), meeting.clone(), says.clone());
            working.spawn(async move {
                receive.recv().await.unwrap();
                meeting.enter();
                says.send(()).unwrap();
            });
        }
        (0..MANY).for_each(|_| send.send_blocking(()).unwrap());
        (0..MANY).for_each(|_| next(&heard));
    }
}

#[test]
fn tasks_whose_sockets_are_told_of_at_once_dont_wait_for_one_another() {
    let working = Working::new(MANY);
    for _ in 0..200 {
        let meeting = Arc::<Meeting>::default();
        let (says, heard) = channel();
        let mut others = Vec::new();
        for _ in 0..MANY {
            let ((socket, other), meeting, says) = (working.pair(), meeting.clone(), says.clone());
            others.push(other);
            working.spawn(async move {
                poll_fn(|cx| {
                    loop {
                        match socket.get_ref().read(&mut [0]) {
                            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                                ready!(socket.poll_readable(cx)).unwrap();
                            }
                            read => return Poll::Ready(read.unwrap()),
                        }
                    }
                })
                .await;
                meeting.enter();
                says.send(()).unwrap();
            });
        }
        for mut other in others {
            other.write_all(b"x").unwrap();
        }
        (0..MANY).for_each(|_| next(&heard));
    }
}

#[test]
fn a_worker_goes_on_after_a_task_that_panicked() {
    let working = Working::new(1);
    for number in 0..100 {
        let (says, heard) = channel();
        let panics = says.clone();
        working.spawn(async move {
            let _panics = panics;
            std::panic::resume_unwind(Box::new("as is wanted"));
        });
        working.spawn(async move { says.send(number).unwrap() });
        assert_eq!(next(&heard), number);
    }
}

#[test]
fn a_pool_that_is_gone_leaves_no_task_behind() {
    let mut working = Working::new(3);
    let (socket, other) = working.pair();
    let (says, heard) = channel::<()>();
    working.spawn(async move {
        poll_fn(|cx| socket.poll_readable(cx)).await.unwrap();
        drop(says);
    });
    let (says, dropped) = channel::<()>();
    working.spawn(async move {
        pending::<()>().await;
        drop(says);
    });
    working.stop();
    drop(working);
    assert_eq!(heard.recv_timeout(PATIENCE), Err(RecvTimeoutError::Disconnected));
    assert_eq!(dropped.recv_timeout(PATIENCE), Err(RecvTimeoutError::Disconnected));
    drop(other);
}
