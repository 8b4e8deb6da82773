//! The control plane's own page for operators: `/healthz`, `/readyz` and `/status`. Holds no secret.

use std::sync::{Arc, PoisonError};

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::controller::SharedStatus;
use crate::xds::nodes::Nodes;

/// What the page shows.
#[derive(Debug, Clone)]
pub struct Admin {
    /// The configuration's state.
    pub status: SharedStatus,
    /// The Envoys.
    pub nodes: Arc<Nodes>,
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
    Json(json!({"version": env!("CARGO_PKG_VERSION"), "config": config, "nodes": admin.nodes.all()}))
}
