//! The goods of the table: a thousand made-up things, the same at every start.

use std::fmt::Write;

use serde::{Deserialize, Serialize};

/// One of the goods. Its number is its place in the list, from 1.
#[derive(Debug)]
pub(crate) struct Product {
    pub(crate) number: usize,
    pub(crate) name: String,
    pub(crate) kind: &'static str,
    pub(crate) cents: u32,
    /// The price as people read it, such as `12.50`.
    pub(crate) price: String,
    /// How many there are when a page is opened.
    pub(crate) stock: u32,
}

/// What a product can be sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Column {
    #[default]
    Number,
    Name,
    Kind,
    Price,
    Stock,
}

const COLOURS: [&str; 10] =
    ["Amber", "Ash", "Chalk", "Coral", "Indigo", "Jade", "Moss", "Plum", "Rust", "Slate"];
const MATERIALS: [&str; 5] = ["bamboo", "cedar", "glass", "linen", "stoneware"];
const THINGS: [(&str, &str); 20] = [
    ("basket", "Home"),
    ("bench", "Garden"),
    ("bowl", "Kitchen"),
    ("box", "Home"),
    ("bucket", "Bath"),
    ("candle holder", "Home"),
    ("carafe", "Kitchen"),
    ("coaster", "Kitchen"),
    ("cup", "Kitchen"),
    ("lamp", "Home"),
    ("lantern", "Garden"),
    ("mirror", "Bath"),
    ("planter", "Garden"),
    ("screen", "Home"),
    ("soap dish", "Bath"),
    ("stool", "Bath"),
    ("teapot", "Kitchen"),
    ("tray", "Kitchen"),
    ("vase", "Home"),
    ("wind chime", "Garden"),
];

/// Every combination of colour, material and thing once.
pub(crate) fn products() -> Vec<Product> {
    (1..=1000).map(product).collect()
}

/// The step has no factor in common with 1000, so that it visits each combination once, in a mixed order.
fn product(number: usize) -> Product {
    let mixed = number * 389 % 1000;
    let (thing, kind) = THINGS[mixed % 20];
    let (material, colour) = (MATERIALS[mixed / 20 % 5], COLOURS[mixed / 100]);
    let cents = (400 + number * 7919 % 9200) as u32 / 50 * 50;
    Product {
        number,
        name: format!("{colour} {material} {thing}"),
        kind,
        cents,
        price: price(cents),
        stock: (number * 31 % 97) as u32,
    }
}

fn price(cents: u32) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}

impl Product {
    /// Whether each word of `text`, which is in lower case, is in the name or the kind.
    pub(crate) fn matches(&self, text: &str) -> bool {
        let (name, kind) = (self.name.to_lowercase(), self.kind.to_lowercase());
        text.split_whitespace().all(|word| name.contains(word) || kind.contains(word))
    }
}

impl Column {
    /// The columns from left to right: in an event, and as people read them.
    pub(crate) const ALL: [(Self, &'static str, &'static str); 5] = [
        (Self::Number, "number", "No."),
        (Self::Name, "name", "Product"),
        (Self::Kind, "kind", "Room"),
        (Self::Price, "price", "Price"),
        (Self::Stock, "stock", "Stock"),
    ];

    /// The column that an event names.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(_, known, _)| *known == name).map(|(column, ..)| column)
    }
}

/// The goods as a file for a spreadsheet.
pub(crate) fn csv(products: &[Product]) -> String {
    let mut file = String::from("number,name,room,price,stock\r\n");
    for p in products {
        write!(file, "{},{},{},{},{}\r\n", p.number, p.name, p.kind, p.price, p.stock)
            .expect("a String takes every write");
    }
    file
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn there_are_a_thousand_different_products() {
        let products = products();
        assert_eq!(products.iter().map(|p| p.name.as_str()).collect::<HashSet<_>>().len(), 1000);
        assert!(products.iter().enumerate().all(|(at, p)| p.number == at + 1));
    }

    #[test]
    fn the_file_has_a_line_for_each() {
        let file = csv(&products());
        assert_eq!(file.lines().count(), 1001);
        assert!(file.lines().skip(1).all(|line| line.split(',').count() == 5), "no name has a comma");
    }

    #[test]
    fn prices_and_search() {
        let p = Product {
            number: 1,
            name: "Jade cup".into(),
            kind: "Kitchen",
            cents: 1205,
            price: price(1205),
            stock: 0,
        };
        assert_eq!(p.price, "12.05");
        assert!(p.matches("cup jad") && p.matches(" kitch jade") && p.matches(""));
        assert!(!p.matches("bath") && !p.matches("jade bath"));
    }
}
