//! What this server adds to the documents: matching, descriptions, health, the manners of HTTP.

mod bank;
mod checking;
mod comparing;
mod described;
mod events;
mod http;
mod location;
mod matching;
mod page;
mod transparency;
