//! Each call returns when all is done that it led to: tasks on other threads, chains of them, and messages of the page
//! to itself.

use std::future::poll_fn;
use std::sync::{Condvar, Mutex, mpsc};
use std::task::{Poll, Waker};
use std::thread;

use super::*;

/// A value that comes from another thread, and whoever waits for it.
#[derive(Default)]
struct Promise {
    slot: Mutex<(Option<String>, Option<Waker>)>,
    waited: Condvar,
}

impl Promise {
    async fn value(self: Arc<Self>) -> String {
        poll_fn(|cx| {
            let mut slot = self.slot.lock().unwrap();
            if let Some(value) = slot.0.take() {
                return Poll::Ready(value);
            }
            slot.1 = Some(cx.waker().clone());
            self.waited.notify_all();
            Poll::Pending
        })
        .await
    }

    /// Waits until somebody waits, and gives them the value.
    fn keep(&self, value: String) {
        let slot = self.slot.lock().unwrap();
        let mut slot = self.waited.wait_while(slot, |slot| slot.1.is_none()).unwrap();
        slot.0 = Some(value);
        slot.1.take().unwrap().wake();
    }
}

/// What `work` gives, computed on another thread once somebody waits for it.
fn elsewhere(work: impl FnOnce() -> String + Send + 'static) -> impl Future<Output = String> + Send {
    let promise = Arc::new(Promise::default());
    let kept = promise.clone();
    thread::spawn(move || kept.keep(work()));
    promise.value()
}

/// Does what its events and messages say, and shows the messages.
pub(super) struct Worker;

impl Page for Worker {
    type State = Vec<String>;
    type Message = String;

    fn mount(&self, ctx: &mut Ctx<Self>, _: &mut Session<Vec<String>>) -> Result {
        let Some(first) = ctx.query("first") else { return Ok(()) };
        let first = first.to_owned();
        ctx.spawn(elsewhere(|| first))
    }

    fn render(&self, s: &Session<Vec<String>>, view: &mut View) -> Result {
        view.page(|out| Ok(write!(out, "<p data-lv-region=\"log\"></p>")?));
        view.region("log", |out| Ok(out.write_str(&s.state.join(" "))?));
        Ok(())
    }

    fn handle(&self, ctx: &mut Ctx<Self>, _: &mut Session<Vec<String>>, e: &Event) -> Result {
        match e.name {
            "many" => (0..3).try_for_each(|n| ctx.spawn(elsewhere(move || n.to_string()))),
            "busy" => ctx.spawn(poll_fn(|cx| {
                cx.waker().wake_by_ref();
                Poll::Pending
            })),
            "stuck" => (0..2).try_for_each(|_| ctx.spawn(std::future::pending())),
            "panic" => ctx.spawn(async { panic!("a task falls") }),
            "self" => ctx.send_info("told".to_owned()),
            "later" => ctx.send_after("forever".to_owned(), Duration::from_secs(1)).map(drop),
            "away" => Err(Redirect::to("/away").into()),
            name => {
                let name = name.to_owned();
                ctx.spawn(elsewhere(|| name))
            }
        }
    }

    fn info(&self, ctx: &mut Ctx<Self>, s: &mut Session<Vec<String>>, message: String) -> Result {
        if let Some(left) = message.strip_prefix("down:") {
            let left: usize = left.parse()?;
            return if left == 0 { Ok(()) } else { ctx.send_info(format!("down:{}", left - 1)) };
        }
        match &*message {
            "chain" => ctx.spawn(elsewhere(|| "link".to_owned()))?,
            "link" => ctx.send_info("end".to_owned())?,
            "stuck" => ctx.spawn(std::future::pending())?,
            "forever" => ctx.send_info(message.clone())?,
            "again" => ctx.spawn(async { "again".to_owned() })?,
            "away" => return Err(Redirect::to("/away").replacing().into()),
            _ => {}
        }
        if !["forever", "again"].contains(&&*message) {
            s.state.push(message);
            s.mark("log");
        }
        Ok(())
    }

    fn connection(&self, ctx: &mut Ctx<Self>, _: &mut Session<Vec<String>>) -> Result {
        let on = ctx.connected() && ctx.query("resume").is_some();
        if on { ctx.send_info("forever".to_owned()) } else { Ok(()) }
    }
}

fn open(url: &str) -> TestClient<Worker> {
    TestClient::open(Worker, url).unwrap()
}

/// A client that soon has enough of waiting.
pub(super) fn impatient(url: &str) -> TestClient<Worker> {
    TestOptions { task_limit: Duration::from_millis(50), ..TestOptions::default() }.open(Worker, url).unwrap()
}

/// The words of the panic that an act ends in, which may take until the limit and not much longer.
#[track_caller]
fn mistake_in_time(act: impl FnOnce() + Send + 'static) -> String {
    let (tell, told) = mpsc::channel();
    thread::spawn(move || {
        let _ = tell.send(mistake(act));
    });
    told.recv_timeout(std::time::Duration::from_secs(20)).expect("an end")
}

#[test]
fn a_task_of_another_thread_is_awaited() {
    let mut tab = open("/");
    tab.send(Action::new("read"));
    assert_eq!(tab.html("log"), "read", "of another thread");
}

#[test]
fn several_tasks_are_awaited() {
    let mut tab = open("/");
    tab.send(Action::new("many"));
    let mut all: Vec<&str> = tab.html("log").split(' ').collect();
    all.sort_unstable();
    assert_eq!(all, ["0", "1", "2"], "all of them");
}

#[test]
fn a_chain_of_tasks_and_messages_is_awaited() {
    let mut tab = open("/");
    tab.send(Action::new("chain"));
    assert_eq!(tab.html("log"), "chain link end", "the whole chain");
    tab.info("chain".to_owned());
    assert_eq!(tab.html("log"), "chain link end chain link end");
}

#[test]
fn a_message_of_the_page_to_itself_is_delivered() {
    let mut tab = open("/");
    tab.send(Action::new("self"));
    assert_eq!(tab.html("log"), "told", "a message to itself");
}

#[test]
fn the_first_page_has_what_mount_loads() {
    let mut tab = open("/?first=chain");
    assert_eq!(tab.html("log"), "chain link end", "the first page");
    assert!(tab.patches().is_empty());
}

#[test]
fn a_task_that_panics_is_an_error_of_the_page() {
    let mut tab = open("/");
    let sent = catch_unwind(AssertUnwindSafe(|| tab.send(Action::new("panic"))));
    assert!(sent.is_ok(), "reported, not passed on");
    let errors: Vec<String> = tab.errors().iter().map(ToString::to_string).collect();
    assert_eq!(errors, ["info: panicked: a task falls"]);
    tab.info("on".to_owned());
    assert_eq!(tab.html("log"), "on");
}

#[test]
fn a_page_that_sends_itself_messages_for_ever_is_told() {
    let words = mistake_in_time(|| open("/").info("forever".to_owned()));
    assert!(words.contains("send_info"), "an end: {words}");
    let words = mistake_in_time(|| {
        let mut tab = open("/");
        tab.send(Action::new("later"));
        tab.advance(Duration::from_secs(1));
    });
    assert!(words.contains("send_info"), "{words}");
    let words = mistake_in_time(|| open("/?resume=1").reconnect());
    assert!(words.contains("send_info"), "{words}");
    let words = mistake_in_time(|| open("/").info("again".to_owned()));
    assert!(words.contains("task"), "{words}");
}

#[test]
fn a_page_may_send_itself_as_many_messages_as_there_are_steps() {
    let mut tab = open("/");
    tab.info(format!("down:{}", MAX_STEPS - 1));
    assert!(mistake(|| tab.info(format!("down:{MAX_STEPS}"))).contains(&format!("after {MAX_STEPS} steps")));
}

#[test]
fn the_limit_names_what_is_under_way_and_who_has_spawned_it() {
    let words = mistake_in_time(|| {
        let mut tab = impatient("/");
        tab.hold_tasks();
        tab.send(Action::new("stuck"));
        tab.info("stuck".to_owned());
        tab.release_tasks();
    });
    let told = "3 tasks are still under way after 0.05 s: spawned by handle `stuck` (2), info (1). ";
    assert!(words.starts_with(told), "{words}");
    let words = mistake_in_time(|| drop(impatient("/?first=stuck")));
    assert!(words.starts_with("1 task is still under way after 0.05 s: spawned by info (1). "), "{words}");
    let words = mistake_in_time(|| impatient("/").send(Action::new("busy")));
    assert!(
        words.starts_with("1 task is still under way after 0.05 s: spawned by handle `busy` (1). "),
        "{words}"
    );
}

#[test]
fn the_limit_is_five_seconds_if_nobody_says_otherwise() {
    let start = std::time::Instant::now();
    let words = mistake_in_time(|| open("/").send(Action::new("stuck")));
    assert!(words.starts_with("2 tasks are still under way after 5 s"), "{words}");
    let took = start.elapsed();
    assert!((TASK_LIMIT..TASK_LIMIT * 2).contains(&took), "{took:?}");
}

#[test]
fn the_page_is_seen_while_its_tasks_are_held() {
    let held = TestOptions { hold_tasks: true, ..TestOptions::default() };
    let mut tab = held.open(Worker, "/?first=loaded").unwrap();
    tab.send(Action::new("many"));
    tab.advance(Duration::from_secs(60));
    assert_eq!(tab.html("log"), "");
    tab.release_tasks();
    assert_eq!(tab.session().state.len(), 4);
    tab.hold_tasks();
    tab.send(Action::new("chain"));
    assert_eq!(tab.session().state.len(), 4);
    tab.release_tasks();
    assert!(tab.html("log").ends_with("chain link end"), "{}", tab.html("log"));
}

#[test]
fn without_a_connection_tasks_are_awaited_too() {
    let mut tab = open("/");
    tab.disconnect();
    tab.info("chain".to_owned());
    assert_eq!(tab.session().state, ["chain", "link", "end"]);
    tab.reconnect();
    assert_eq!(tab.html("log"), "chain link end");
}

#[test]
fn a_redirect_is_heard() {
    let mut tab = open("/");
    tab.send(Action::new("away"));
    tab.info("away".to_owned());
    let told: [Command; 2] = [Redirect::to("/away").into(), Redirect::to("/away").replacing().into()];
    assert_eq!(tab.commands(), told, "no redirect");
    assert!(tab.errors().is_empty());
}

#[test]
fn a_redirect_of_a_task_of_mount_is_what_opening_leads_to() {
    let opened = TestClient::open(Worker, "/?first=away");
    let Err(error) = opened else { panic!("the page is opened") };
    assert_eq!(error.redirect(), Some(&Redirect::to("/away").replacing()));
}
