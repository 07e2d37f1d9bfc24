//! What this server adds to the documents: matching, descriptions, health, the manners of HTTP.

mod described;
mod http;
mod matching;
