//! A table of a thousand rows, each a region of its own: a change of one row costs one row.
//!
//! `/table?plain` shows the same rows as one region. Then the server renders them all, and what travels stays small, since the
//! delta between the old and the new HTML is.

use std::sync::Arc;

use live_smol::prelude::*;
use sailfish::TemplateSimple;
use serde::{Deserialize, Serialize};

use crate::stock::{Column, Product, products};

/// The page at `/table`. All of its sessions share the goods.
#[derive(Debug)]
pub struct TablePage {
    products: Vec<Product>,
}

/// What one browser tab shows. Behind an `Arc` is what would make the state's copy of before each event large.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Table {
    /// How many there are of each product.
    stock: Arc<Vec<u32>>,
    /// Which rows are shown, by their numbers, in their order.
    shown: Arc<Vec<usize>>,
    sort: Column,
    descending: bool,
    filter: String,
    plain: bool,
}

#[derive(TemplateSimple)]
#[template(path = "table.stpl")]
struct Markup<'a> {
    table: &'a Table,
    csrf: String,
}

#[derive(TemplateSimple)]
#[template(path = "table_head.stpl")]
struct Head<'a> {
    table: &'a Table,
}

#[derive(TemplateSimple)]
#[template(path = "table_rows.stpl")]
struct Rows<'a> {
    page: &'a TablePage,
    table: &'a Table,
}

#[derive(TemplateSimple)]
#[template(path = "table_row.stpl")]
struct Row<'a> {
    product: &'a Product,
    stock: u32,
}

impl Page for TablePage {
    type State = Table;
    type Message = ();

    fn mount(&self, ctx: &mut Ctx<Self>, s: &mut Session<Table>) -> Result {
        s.state.stock = Arc::new(self.products.iter().map(|product| product.stock).collect());
        s.state.plain = ctx.query("plain").is_some();
        s.state.filter = ctx.query("filter").unwrap_or_default().to_owned();
        self.arrange(&mut s.state);
        Ok(())
    }

    fn render(&self, s: &Session<Table>, view: &mut View) -> Result {
        let table = &s.state;
        view.title("Table");
        view.page(|out| Markup { table, csrf: s.csrf_field() }.write(out));
        view.region("head", |out| Head { table }.write(out));
        view.region("shown", |out| {
            out.push_str(&table.shown.len().to_string());
            Ok(())
        });
        view.region("rows", |out| Rows { page: self, table }.write(out));
        view.regions("row:", |number, out| self.row(table, number.parse()?).write(out));
        Ok(())
    }

    fn handle(&self, _: &mut Ctx<Self>, s: &mut Session<Table>, e: &Event) -> Result {
        match e.name {
            "bump" => return bump(s, e.get_int("id").unwrap_or_default()),
            "sort" => {
                let Some(column) = e.get("by").and_then(Column::named) else { return e.unknown() };
                s.state.descending = s.state.sort == column && !s.state.descending;
                s.state.sort = column;
            }
            "filter" => {
                s.state.filter = e.get("filter").unwrap_or_default().to_owned();
                s.mark("");
            }
            _ => return e.unknown(),
        }
        self.arrange(&mut s.state);
        s.mark(["head", "rows", "shown"]);
        Ok(())
    }
}

impl Default for TablePage {
    fn default() -> Self {
        Self { products: products() }
    }
}

impl TablePage {
    /// Chooses and sorts the rows. A change of stock doesn't: no row moves away under the pointer.
    fn arrange(&self, table: &mut Table) {
        let text = table.filter.to_lowercase();
        let mut shown: Vec<&Product> = self.products.iter().filter(|p| p.matches(&text)).collect();
        match table.sort {
            Column::Number => {}
            Column::Name => shown.sort_by(|a, b| a.name.cmp(&b.name)),
            Column::Kind => shown.sort_by_key(|p| p.kind),
            Column::Price => shown.sort_by_key(|p| p.cents),
            Column::Stock => shown.sort_by_key(|p| table.stock[p.number - 1]),
        }
        if table.descending {
            shown.reverse();
        }
        table.shown = Arc::new(shown.into_iter().map(|p| p.number).collect());
    }

    fn row(&self, table: &Table, number: usize) -> Row<'_> {
        Row { product: &self.products[number - 1], stock: table.stock[number - 1] }
    }
}

/// One more of a product. Its region alone is marked.
fn bump(s: &mut Session<Table>, number: i64) -> Result {
    let at = usize::try_from(number - 1)?;
    match Arc::make_mut(&mut s.state.stock).get_mut(at) {
        Some(stock) => *stock += 1,
        None => return Err(RecoverableError::new("There is no such row.").into()),
    }
    if s.state.plain {
        s.mark("rows")
    } else {
        s.mark(format!("row:{number}"))
    }
    Ok(())
}
