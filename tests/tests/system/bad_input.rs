//! Hostile and odd input, one test each: a clear 4xx in the one error body, a server that lives on,
//! and its memory back near where it was.

/// Bodies and forms.
mod bodies;
/// Files that are no pictures, or worse.
mod files;
/// Names and paths that lead elsewhere.
mod names;
/// Things that are not there.
mod unknown;
/// One verdict on a file, whichever way it comes.
mod verdicts;

use vismatch_tests::client::text;
use vismatch_tests::server::eventually;
use vismatch_tests::{Picture, Server};

/// What resident memory may be over the start after a hostile file: allocators keep some.
const KEPT: u64 = 160 << 20;

/// A server, warmed up by a sound picture, and its memory then.
struct Bystander {
    server: Server,
    resident: Option<u64>,
}

impl Bystander {
    fn new() -> Self {
        let server = Server::start();
        server
            .upload("sound", "a.jpg", &Picture::photo(1, 640, 480).jpeg(90))
            .ok();
        let resident = server.memory().map(|memory| memory.resident);
        Self { server, resident }
    }

    /// Uploads a file that has to be refused; the error's message.
    #[track_caller]
    fn refuses(self, name: &str, file: &[u8]) -> String {
        let error = self.server.upload("hostile", name, file).refused_somehow();
        self.is_unharmed();
        let message = text(&error, "message");
        println!("{name}: {message}");
        message
    }

    /// It still serves and takes pictures, kept nothing of the bad one, and has its memory back.
    #[track_caller]
    fn is_unharmed(&self) {
        self.server.get("/projects/hostile").refused(404);
        let sound = Picture::photo(2, 640, 480).jpeg(90);
        self.server.upload("sound", "b.jpg", &sound).ok();
        if let Some(before) = self.resident {
            eventually("the server has its memory back", || {
                self.server.memory().expect("as before").resident < before + KEPT
            });
        }
    }
}

#[track_caller]
fn assert_says(message: &str, words: &[&str]) {
    let message = message.to_lowercase();
    assert!(words.iter().any(|word| message.contains(word)), "{message}");
}
