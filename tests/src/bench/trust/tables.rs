//! Tables with a column for each finder, ours first.

use super::Finder;
use crate::bench::comparison::line;

/// A table in the making.
pub struct Table(String);

impl Table {
    /// With a column for the row's name, for `more` and for each finder.
    pub fn new(first: &str, more: &[&str], finders: &[Finder]) -> Self {
        let finders = finders.iter().map(|finder| finder.name.as_str());
        let more: Vec<&str> = more.iter().copied().chain(finders).collect();
        let mut text = String::from("\n");
        line(&mut text, &[&[first], &more[..]].concat());
        let aligned = vec!["---:"; more.len()];
        line(&mut text, &[&["---"], &aligned[..]].concat());
        Self(text)
    }

    /// Adds a row.
    pub fn add(&mut self, first: &str, more: impl IntoIterator<Item = String>) {
        let cells: Vec<String> = [first.to_owned()].into_iter().chain(more).collect();
        let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
        line(&mut self.0, &cells);
    }

    /// As markdown.
    pub fn finish(self) -> String {
        self.0
    }
}

/// A share as people read it.
pub fn shown(share: Option<f64>) -> String {
    share.map_or("-".into(), |share| format!("{share:.3}"))
}
