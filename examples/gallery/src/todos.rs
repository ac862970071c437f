//! A list of things to do: a form that is checked while one types, and buttons that change the list. It works without
//! JavaScript, too: each form posts to this page, and runs the same `handle`.

use live_smol::live_std::Escaped;
use live_smol::prelude::*;
use sailfish::TemplateSimple;
use serde::{Deserialize, Serialize};
use std::fmt::Write;

/// The page at `/todos`.
#[derive(Debug)]
pub struct TodosPage;

/// How many there may be, and how many characters each may have.
const MAX_TODOS: usize = 100;
const MAX_TEXT: usize = 60;

/// What one browser tab shows.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Todos {
    items: Vec<Todo>,
    last: i64,
    filter: Filter,
    /// What is wrong with the text that is being typed.
    problem: Option<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Todo {
    id: i64,
    text: String,
    done: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
enum Filter {
    #[default]
    All,
    Open,
    Done,
}

#[derive(TemplateSimple)]
#[template(path = "todos.stpl")]
struct Markup {
    csrf: String,
}

#[derive(TemplateSimple)]
#[template(path = "todos_list.stpl")]
struct List<'a> {
    todos: &'a Todos,
}

impl Page for TodosPage {
    type State = Todos;
    type Message = ();

    fn render(&self, s: &Session<Todos>, view: &mut View) -> Result {
        view.title("Todos");
        view.page(|out| Markup { csrf: s.csrf_field() }.write(out));
        view.region("list", |out| List { todos: &s.state }.write(out));
        view.region("flash", |out| {
            let told = s.state.problem.iter().map(|text| ("error", text));
            let told = told.chain(s.flash.success.iter().map(|text| ("success", text)));
            told.take(1).try_for_each(|(kind, text)| {
                Ok(write!(out, "<span class=\"{kind}\">{}</span>", Escaped(text))?)
            })
        });
        Ok(())
    }

    /// What `add` doesn't accept it refuses: the page says why, and the form keeps what was typed.
    fn handle(&self, _: &mut Ctx<Self>, s: &mut Session<Todos>, e: &Event) -> Result {
        s.flash.clear();
        s.mark("flash");
        let text = e.get("text").unwrap_or_default().trim();
        let id = e.get_int("id");
        match e.name {
            "check" => {
                s.state.problem = if text.is_empty() { None } else { s.state.check(text).err() };
                return Ok(());
            }
            "add" => {
                if let Err(problem) = s.state.check(text) {
                    s.state.problem = Some(problem);
                    return e.refuse();
                }
                s.state.add(text);
            }
            "toggle" => s.state.items.iter_mut().filter(|t| Some(t.id) == id).for_each(|t| t.done = !t.done),
            "delete" => {
                if let Some(at) = s.state.items.iter().position(|todo| Some(todo.id) == id) {
                    let gone = s.state.items.remove(at);
                    s.flash.add_success(format!("“{}” is deleted.", gone.text));
                }
            }
            "filter" => {
                let Some(filter) = e.get("by").and_then(Filter::named) else { return e.unknown() };
                s.state.filter = filter;
            }
            _ => return e.unknown(),
        }
        s.state.problem = None;
        s.mark("list");
        Ok(())
    }
}

impl Todos {
    /// What is wrong with a new one, as the user reads it.
    fn check(&self, text: &str) -> Result<(), String> {
        let same = |todo: &Todo| todo.text.to_lowercase() == text.to_lowercase();
        match text.chars().count() {
            _ if self.items.len() >= MAX_TODOS => Err(format!("{MAX_TODOS} are enough: delete some first.")),
            0 => Err("Write what is to be done.".to_owned()),
            1..=MAX_TEXT if self.items.iter().any(same) => Err("That is in the list already.".to_owned()),
            1..=MAX_TEXT => Ok(()),
            n => Err(format!("That is {n} characters; {MAX_TEXT} is the most.")),
        }
    }

    fn add(&mut self, text: &str) {
        self.last += 1;
        self.items.push(Todo { id: self.last, text: text.to_owned(), done: false });
    }

    fn shown(&self) -> impl Iterator<Item = &Todo> {
        self.items
            .iter()
            .filter(|todo| self.filter == Filter::All || todo.done == (self.filter == Filter::Done))
    }

    fn left(&self) -> usize {
        self.items.iter().filter(|todo| !todo.done).count()
    }
}

impl Filter {
    const ALL: [(Self, &'static str, &'static str); 3] =
        [(Self::All, "all", "All"), (Self::Open, "open", "Open"), (Self::Done, "done", "Done")];

    /// The filter that an event names.
    fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(_, known, _)| *known == name).map(|(filter, ..)| filter)
    }
}
