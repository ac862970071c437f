//! Pages like those that people write: a counter, a table, a chat, a form.

use std::fmt::Write;

/// A counter of 130 bytes or so.
pub fn counter(count: i64) -> String {
    format!(
        "<h1>Counter</h1><p>Count: <strong id=\"count\">{count}</strong></p>\
         <button data-lv-click=\"inc\">+</button><button data-lv-click=\"dec\">-</button>"
    )
}

/// A row of a table.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its number, from which its id and texts follow.
    pub id: usize,
    /// What its last cell shows.
    pub value: usize,
}

/// Rows from 0 up, with values that look random.
pub fn rows(count: usize) -> Vec<Row> {
    (0..count).map(|id| Row { id, value: id * 7919 % 1000 }).collect()
}

/// A table of about 90 bytes a row.
pub fn table(rows: &[Row]) -> String {
    let mut html = String::from("<table><thead><tr><th>Name</th><th>Value</th></tr></thead><tbody>");
    for Row { id, value } in rows {
        let _ = write!(
            html,
            "<tr id=\"row-{id}\"><td>{id}</td><td class=\"name\">Item {id}</td><td class=\"num\">{value}</td></tr>"
        );
    }
    html.push_str("</tbody></table>");
    html
}

/// A list of messages, about 220 bytes each.
pub fn chat(messages: usize) -> String {
    let mut html = String::from("<ul id=\"messages\" class=\"messages\">");
    for id in 0..messages {
        let _ = write!(
            html,
            "<li id=\"message-{id}\" class=\"message\"><span class=\"author\">user {}</span> \
             <time datetime=\"2026-01-01T{:02}:{:02}:00Z\">{:02}:{:02}</time>\
             <p class=\"body\">Message number {id}, said with {} words — über alles 漢字</p></li>",
            id % 7,
            id / 60 % 24,
            id % 60,
            id / 60 % 24,
            id % 60,
            id * 31 % 17
        );
    }
    html.push_str("</ul>");
    html
}

/// A form of about 700 bytes whose name field holds `name`.
pub fn form(name: &str) -> String {
    format!(
        "<form id=\"profile\" data-lv-submit=\"save\" data-lv-change=\"validate\">\
         <label for=\"name\">Name</label><input id=\"name\" name=\"name\" type=\"text\" value=\"{name}\" autocomplete=\"off\">\
         <p class=\"hint\">{} characters</p>\
         <label for=\"email\">Email</label><input id=\"email\" name=\"email\" type=\"email\" value=\"\" autocomplete=\"off\">\
         <p class=\"hint\">We never show it to anybody.</p>\
         <label for=\"about\">About</label><textarea id=\"about\" name=\"about\" rows=\"4\"></textarea>\
         <p class=\"hint\">A few words on who you are and what you do here.</p>\
         <button type=\"submit\" class=\"primary\">Save</button></form>",
        name.chars().count()
    )
}
