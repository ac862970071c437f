//! Plain requests, so many a second.

use std::fmt;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// What is asked for, in turns: pages, a file, a script, a download.
const PATHS: [&str; 6] =
    ["/", "/counter", "/todos", "/assets/gallery.css", "/_live/runtime.js", "/table.csv"];

/// How many may be under way at once.
const AT_ONCE: usize = 16;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// Requests that are being sent.
pub(crate) struct Requests {
    over: Arc<AtomicBool>,
    clock: JoinHandle<()>,
    workers: Vec<JoinHandle<Answers>>,
}

/// The results of requests.
#[derive(Default)]
pub(crate) struct Answers {
    sent: u64,
    /// Each that had no whole answer with status 200, and why.
    failed: Vec<String>,
    longest: Duration,
}

impl Requests {
    pub(crate) fn start(server: SocketAddr, per_second: u32) -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let (give, take) = channel();
        let take = Arc::new(Mutex::new(take));
        let clock = thread::spawn({
            let over = over.clone();
            move || {
                let began = Instant::now();
                for number in 0.. {
                    let due = began + Duration::from_secs(1) * number / per_second;
                    thread::sleep(due.saturating_duration_since(Instant::now()));
                    if over.load(Ordering::SeqCst) || give.send(number).is_err() {
                        return;
                    }
                }
            }
        });
        let worker = |_| {
            let take = take.clone();
            thread::spawn(move || work(server, &take))
        };
        Self { over, clock, workers: (0..AT_ONCE).map(worker).collect() }
    }

    /// Waits for the answers that are still to come.
    pub(crate) fn end(self) -> Answers {
        self.over.store(true, Ordering::SeqCst);
        let mut all = Answers::default();
        // A thread that has panicked has counted nothing.
        if self.clock.join().is_err() {
            all.failed.push("the clock panicked".to_owned());
        }
        for worker in self.workers {
            match worker.join() {
                Ok(answers) => all.add(answers),
                Err(_) => all.failed.push("a worker panicked".to_owned()),
            }
        }
        all
    }
}

fn work(server: SocketAddr, take: &Mutex<Receiver<u32>>) -> Answers {
    let mut answers = Answers::default();
    loop {
        let next = take.lock().map(|numbers| numbers.recv());
        let Ok(Ok(number)) = next else { return answers };
        let path = PATHS[number as usize % PATHS.len()];
        let began = Instant::now();
        if let Err(error) = ask(server, path) {
            answers.failed.push(format!("{path}: {error}"));
        }
        answers.sent += 1;
        answers.longest = answers.longest.max(began.elapsed());
    }
}

/// # Errors
/// Anything but a whole answer with status 200.
fn ask(server: SocketAddr, path: &str) -> io::Result<()> {
    let text = get(server, path)?;
    let (head, body) = text.split_once("\r\n\r\n").ok_or_else(|| io::Error::other("no answer"))?;
    let head = head.to_ascii_lowercase();
    let status = head.lines().next().unwrap_or_default();
    if !status.contains(" 200 ") {
        return Err(io::Error::other(status.to_owned()));
    }
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
    let is_whole = length.map_or_else(|| body.ends_with("0\r\n\r\n"), |length: usize| body.len() == length);
    if is_whole {
        Ok(())
    } else {
        Err(io::Error::other(format!("a part of the answer: {} bytes", body.len())))
    }
}

/// The answer to a GET, head and body.
pub(crate) fn get(server: SocketAddr, path: &str) -> io::Result<String> {
    let mut stream = TcpStream::connect(server)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {server}\r\nConnection: close\r\n\r\n")?;
    let mut text = String::new();
    stream.read_to_string(&mut text)?;
    Ok(text)
}

impl Answers {
    fn add(&mut self, more: Self) {
        self.sent += more.sent;
        self.failed.extend(more.failed);
        self.longest = self.longest.max(more.longest);
    }

    pub(crate) fn is_good(&self) -> bool {
        self.failed.is_empty() && self.sent > 0
    }
}

impl fmt::Display for Answers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "requests, failed             {}, {}", self.sent, self.failed.len())?;
        for failed in self.failed.iter().take(10) {
            writeln!(f, "                             {failed}")?;
        }
        write!(f, "longest answer               {:.1?}", self.longest)
    }
}
