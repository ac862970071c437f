//! A counter: one number and the buttons and keys that change it. The smallest page that does something.

use live_smol::prelude::*;
use sailfish::TemplateSimple;
use serde::{Deserialize, Serialize};

/// The page at `/counter`. Its sessions share nothing, so it holds nothing.
#[derive(Debug)]
pub struct CounterPage;

/// What one browser tab counts.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Counter {
    count: i64,
}

#[derive(TemplateSimple)]
#[template(path = "counter.stpl")]
struct Markup {
    csrf: String,
}

impl Page for CounterPage {
    type State = Counter;
    type Message = ();

    /// The markup around the number never changes, so that each click renders the number alone.
    fn render(&self, s: &Session<Counter>, view: &mut View) -> Result {
        view.title("Counter");
        view.page(|out| Markup { csrf: s.csrf_field() }.write(out));
        view.region("count", |out| {
            out.push_str(&s.state.count.to_string());
            Ok(())
        });
        Ok(())
    }

    fn handle(&self, _: &mut Ctx<Self>, s: &mut Session<Counter>, e: &Event) -> Result {
        let count = match (e.name, e.key) {
            ("inc", _) | ("key", Some("ArrowUp")) => s.state.count.saturating_add(1),
            ("dec", _) | ("key", Some("ArrowDown")) => s.state.count.saturating_sub(1),
            ("add", _) => s.state.count.saturating_add(e.get_int("n").unwrap_or_default()),
            ("reset", _) => 0,
            _ => return e.unknown(),
        };
        s.state.count = count;
        s.mark("count");
        Ok(())
    }
}
