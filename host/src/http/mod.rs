//! The doors: one router per documented family, merged here. Thin handlers: who, what, call, view.

use std::future::Future;

use anyhow::Result;
use axum::Router;
use tokio::net::TcpListener;

use crate::app::App;

/// Everything that is served.
pub fn router(app: App) -> Router {
    todo!()
}

/// The OpenAPI 3.1 description of everything that is served, as JSON.
pub fn openapi() -> String {
    todo!()
}

/// Serves on every listener until `stop` resolves, then finishes the requests that are running.
pub async fn serve(
    app: App,
    listeners: Vec<TcpListener>,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<()> {
    todo!()
}
