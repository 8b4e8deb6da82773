//! The control plane's own page for operators: `/healthz`, `/readyz`, `/status` and `/metrics`. Holds no secret.

use std::fmt::Write as _;
use std::sync::{Arc, PoisonError};

use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderName, StatusCode};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::bookkeeper::{Bookkeeper, now_ms};
use crate::controller::SharedStatus;
use crate::service::Counters;
use crate::xds::nodes::Nodes;

/// What the page shows.
#[derive(Debug, Clone)]
pub struct Admin {
    /// The configuration's state.
    pub status: SharedStatus,
    /// The Envoys.
    pub nodes: Arc<Nodes>,
    /// The ledger's keeper.
    pub books: Arc<Bookkeeper>,
    /// What Envoys' calls came to.
    pub counters: Arc<Counters>,
}

impl Admin {
    /// Serves on `listener` until the task is dropped.
    ///
    /// # Errors
    /// When the listener fails.
    pub async fn serve(self, listener: TcpListener) -> std::io::Result<()> {
        let router = Router::new()
            .route("/healthz", get(|| async { "ok\n" }))
            .route("/readyz", get(ready))
            .route("/status", get(status))
            .route("/metrics", get(metrics))
            .with_state(self);
        axum::serve(listener, router).await
    }
}

/// 200 once a configuration is in force.
async fn ready(State(admin): State<Admin>) -> (StatusCode, &'static str) {
    let ready = !admin.status.lock().unwrap_or_else(PoisonError::into_inner).digest.is_empty();
    if ready { (StatusCode::OK, "ready\n") } else { (StatusCode::SERVICE_UNAVAILABLE, "no configuration\n") }
}

async fn status(State(admin): State<Admin>) -> Json<Value> {
    let config = admin.status.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let ledger = json!({"store": admin.books.store(), "up": admin.books.is_up()});
    Json(json!({"version": env!("CARGO_PKG_VERSION"), "config": config, "nodes": admin.nodes.all(), "ledger": ledger}))
}

/// Prometheus' text format. A ledger that is away is missing from it, and `tollgate_ledger_up` says so.
async fn metrics(State(admin): State<Admin>) -> ([(HeaderName, &'static str); 1], String) {
    let mut page = admin.counters.metrics();
    let ledger = admin.books.ledger().clone();
    let read = tokio::task::spawn_blocking(move || ledger.metrics(now_ms())).await;
    let figures = read.ok().and_then(Result::ok);
    let up = u8::from(figures.is_some());
    let _ = write!(
        page,
        "# HELP tollgate_ledger_up Whether the ledger can be read.\n# TYPE tollgate_ledger_up gauge\ntollgate_ledger_up {up}\n"
    );
    page.push_str(&figures.unwrap_or_default());
    ([(CONTENT_TYPE, "text/plain; version=0.0.4")], page)
}
