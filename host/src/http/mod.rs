//! The doors: one router per documented family, merged here. Thin handlers: who, what, call, view.

mod base64_text;
mod base_path;
mod blob;
mod body_timeout;
mod clients;
mod compare;
mod component;
mod conditions;
mod connections;
mod dependencies;
mod disposition;
mod docs;
mod error;
mod events;
mod extract;
mod form;
mod forwarded;
mod health;
mod imgurer;
mod observe;
mod origin_policy;
mod page;
mod paging;
mod parameters;
mod plugins;
mod projects;
mod refusals;
mod schemas;
mod slots;
#[cfg(test)]
mod tests;
mod unerased;
mod views;
mod vismatch_svc;

use std::future::Future;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, ensure};
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, header};
use axum::{Router, middleware};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tower::Layer;
use tower::util::MapRequestLayer;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::cors::{AllowHeaders, AllowOrigin, Any, CorsLayer};
use tower_http::normalize_path::NormalizePathLayer;
use utoipa_axum::router::OpenApiRouter;

use crate::app::App;

use clients::{Clients, Proxies};
use origin_policy::OriginPolicy;
use slots::Slots;

/// Everything that is served.
pub fn router(app: App) -> Router {
    health::install_metrics();
    let base = Arc::new(app.config.base_path.clone());
    let origin_policy = Arc::new(OriginPolicy::new(&app.config));
    let clients = Arc::new(Clients::new(&app.config));
    let (routes, _) = families().split_for_parts();
    let routes = routes
        .layer(CatchPanicLayer::custom(observe::after_panic))
        .layer(middleware::map_response_with_state(
            app.clone(),
            observe::name_disk,
        ))
        .with_state(app);
    let state = routes.clone();
    let routes = routes
        .layer(middleware::from_fn_with_state(state, conditions::meet))
        .layer(middleware::from_fn_with_state(
            base.clone(),
            base_path::answer,
        ))
        .layer(cors(origin_policy.clone()))
        .layer(middleware::from_fn_with_state(
            origin_policy,
            origin_policy::admit,
        ))
        .layer(middleware::from_fn_with_state(clients, clients::share))
        .layer(middleware::from_fn(body_timeout::lend_body))
        .layer(middleware::from_fn(observe::observe));
    // From outside: a route is chosen by its path before any layer of the router runs.
    let routes = NormalizePathLayer::trim_trailing_slash().layer(routes);
    let strip = move |request| base_path::strip(&base, request);
    let routes = MapRequestLayer::new(strip).layer(routes);
    Router::new().fallback_service(routes)
}

/// The OpenAPI 3.1 description of everything that is served, as JSON.
pub fn openapi() -> String {
    docs::describe(families().into_openapi(), "/")
}

/// Fails when the machine's clock is so wrong that nothing can be served.
pub fn check_clock() -> Result<()> {
    ensure!(
        SystemTime::now() >= UNIX_EPOCH,
        "{}: set it first",
        connections::BEFORE_1970
    );
    Ok(())
}

/// Serves on every listener until `stop` resolves, then finishes the requests that are running.
pub async fn serve(
    app: App,
    listeners: Vec<TcpListener>,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<()> {
    let stopped = app.stopping.clone();
    let mut servers = JoinSet::new();
    let proxies = Proxies::new(&app.config);
    let router = router(app);
    let slots = Slots::of_process();
    for listener in listeners {
        servers.spawn(connections::serve(
            listener,
            router.clone(),
            slots.clone(),
            proxies.clone(),
            stopped.clone(),
        ));
    }
    servers.spawn(health::keep_metrics(stopped.clone()));
    tokio::spawn(async move {
        stop.await;
        stopped.cancel();
    });
    while let Some(ended) = servers.join_next().await {
        ended.context("serving ended early")?;
    }
    Ok(())
}

/// The documented routes of every family.
fn families() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(docs::preface())
        .merge(projects::router())
        .merge(vismatch_svc::router())
        .merge(imgurer::router())
        .merge(compare::router())
        .merge(component::router())
        .merge(plugins::router())
        .merge(events::router())
        .merge(health::router())
        .merge(docs::router())
        .merge(page::router())
}

/// Tells browsers which pages may read an answer; never with credentials.
fn cors(origin_policy: Arc<OriginPolicy>) -> CorsLayer {
    let allowed = move |origin: &HeaderValue, _: &Parts| origin_policy.share_with(origin);
    CorsLayer::new()
        .allow_origin(AllowOrigin::predicate(allowed))
        .allow_methods(Any)
        .allow_headers(AllowHeaders::mirror_request()) // `*` would leave out `authorization`
        .expose_headers(exposed_headers())
}

/// What a page may read of an answer beside its body.
fn exposed_headers() -> [HeaderName; 7] {
    [
        header::ACCEPT_RANGES,
        header::CONTENT_LENGTH,
        header::CONTENT_RANGE,
        header::ETAG,
        header::LINK,
        header::RETRY_AFTER,
        observe::REQUEST_ID,
    ]
}
