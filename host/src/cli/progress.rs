//! Progress bars on standard error; where that is no terminal, nothing is drawn.

use super::output;
use indicatif::{ProgressBar, ProgressStyle};

const TEMPLATE: &str = "{msg} [{wide_bar}] {pos}/{len} {eta}";

/// A bar for `length` things, under a word for what is done with them.
pub fn bar(what: &'static str, length: u64) -> ProgressBar {
    let style = ProgressStyle::with_template(TEMPLATE)
        .unwrap_or_else(|_| ProgressStyle::default_bar())
        .progress_chars("=> ");
    ProgressBar::new(length)
        .with_style(style)
        .with_message(what)
}

/// A line on standard error that the bar makes room for.
pub fn complain(bar: &ProgressBar, text: &str) {
    bar.suspend(|| output::complain(text));
}

/// Moves the bar as a service reports `(done, total)`.
pub fn report(bar: &ProgressBar) -> impl Fn(u64, u64) + Sync + '_ {
    |done, total| {
        bar.set_length(total);
        bar.set_position(done);
    }
}
