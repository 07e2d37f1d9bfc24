//! Whom the calls of a task are made for, so that it need not be handed through every function on the way.

use tokio::task_local;

use crate::domain::Client;

task_local! {
    static CLIENT: Client;
}

/// Runs work for a client. What it spawns is not among that: tasks of their own are the program's.
pub async fn on_behalf_of<F: Future>(client: Client, work: F) -> F::Output {
    CLIENT.scope(client, work).await
}

/// Whom the present task works for.
pub fn current_client() -> Client {
    CLIENT.try_with(|client| *client).unwrap_or_default()
}
