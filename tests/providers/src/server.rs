//! One provider: its listener, its connections, and the way of a request through control, faults and the API.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HOST, HeaderName, HeaderValue};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

use crate::call::Call;
use crate::conn::{Conn, ResetFlag};
use crate::pace::{self, Body};
use crate::record::{Outcome, Received};
use crate::shared::Shared;
use crate::{Kind, Options, Payload, Reply, control};

/// Request bodies beyond this are refused with 413.
const MAX_BODY: usize = 64 * 1024 * 1024;

/// A running provider. It stops when stopped or dropped.
pub struct Provider {
    addr: SocketAddr,
    shared: Arc<Shared>,
    accept: Option<JoinHandle<()>>,
}

impl Provider {
    /// Starts on a free port of the loopback address.
    ///
    /// # Errors
    /// The port cannot be bound.
    pub async fn start(kind: Kind, options: Options) -> std::io::Result<Self> {
        Self::start_at(kind, SocketAddr::from(([127, 0, 0, 1], 0)), options).await
    }

    /// Starts at `addr`; port 0 takes a free one.
    ///
    /// # Errors
    /// The address cannot be bound.
    pub async fn start_at(kind: Kind, addr: SocketAddr, options: Options) -> std::io::Result<Self> {
        let listener = TcpListener::bind(addr).await?;
        let addr = listener.local_addr()?;
        let shared = Arc::new(Shared::new(kind, options));
        let accept = tokio::spawn(accept(listener, shared.clone()));
        Ok(Self { addr, shared, accept: Some(accept) })
    }

    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// The API it speaks.
    pub fn kind(&self) -> Kind {
        self.shared.kind
    }

    /// Replaces the options; requests under way keep theirs.
    pub fn set(&self, options: Options) {
        self.shared.set(options);
    }

    /// The options in force.
    pub fn options(&self) -> Options {
        self.shared.options()
    }

    /// The record, oldest first.
    pub fn received(&self) -> Vec<Received> {
        self.shared.record.all()
    }

    /// Clears the record.
    pub fn forget(&self) {
        self.shared.record.clear();
    }

    /// Stops listening and closes all connections. From now on the port refuses connections.
    pub async fn stop(mut self) {
        if let Some(accept) = self.accept.take() {
            accept.abort();
            let _ = accept.await;
        }
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        if let Some(accept) = &self.accept {
            accept.abort();
        }
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => { connections.spawn(serve(stream, shared.clone())); }
                // Out of file descriptors, most likely: give connections time to end.
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn serve(stream: TcpStream, shared: Arc<Shared>) {
    // Each write is to leave on its own.
    let _ = stream.set_nodelay(true);
    let reset = ResetFlag::default();
    let conn = Conn::new(stream, reset.clone());
    let service = service_fn(move |request| handle(shared.clone(), reset.clone(), request));
    let server = hyper_util::server::conn::auto::Builder::new(TokioExecutor::new());
    // How a connection ended is told by the record, not here.
    let _ = server.serve_connection(TokioIo::new(conn), service).await;
}

/// Answers a request; an error closes the connection without an answer.
async fn handle(shared: Arc<Shared>, reset: ResetFlag, request: Request<Incoming>) -> Result<Response<Body>, Closed> {
    let (mut head, body) = request.into_parts();
    let target = head.uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let body = Limited::new(body, MAX_BODY).collect().await.map(|body| body.to_bytes());

    if control::is_control(path) {
        let reply = control::answer(&shared, head.method.as_str(), path, &body.unwrap_or_default());
        return Ok(respond(
            &reply,
            &Options::default(),
            Full::new(bytes_of(&reply)).map_err(|e| match e {}).boxed_unsync(),
        ));
    }

    let text = body.as_ref().map(|body| String::from_utf8_lossy(body).into_owned()).unwrap_or_default();
    let mut entry = shared.record.add(Received {
        number: 0,
        time_ms: SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_millis() as u64),
        method: head.method.to_string(),
        path: target.clone(),
        headers: head.headers.iter().map(|(name, value)| (name.to_string(), text_of(value))).collect(),
        body: text,
        status: None,
        outcome: Outcome::Pending,
    });
    let options = shared.next();
    if options.down {
        reset.store(true, Ordering::Relaxed);
        entry.end(Outcome::CutByProvider);
        return Err(Closed);
    }
    let body = match body {
        Ok(body) => body,
        Err(error) if error.is::<http_body_util::LengthLimitError>() => {
            entry.status(413);
            let reply = html(413);
            return Ok(respond(&reply, &options, pace::body(pace::plan(&reply, &options), entry, reset)));
        }
        // The client left half way; there is no one to answer.
        Err(_) => return Err(Closed),
    };
    if options.delay_ms > 0 {
        tokio::time::sleep(Duration::from_millis(options.delay_ms)).await;
    }
    // What is signed as `host` travels as `:authority` in HTTP/2.
    if let Some(authority) = head.uri.authority().and_then(|name| HeaderValue::from_str(name.as_str()).ok()) {
        head.headers.entry(HOST).or_insert(authority);
    }
    let call = Call {
        method: head.method.as_str(),
        path,
        query,
        headers: &head.headers,
        body: &body,
        options: &options,
        number: entry.number,
        shared: &shared,
    };
    let reply = match options.status {
        _ if options.html => html(options.status.unwrap_or(502)),
        Some(status) => shared.kind.failure(&call, status),
        None => shared.kind.route(&call),
    };
    let reply = match options.retry_after {
        Some(seconds) if reply.status >= 400 => reply.header("retry-after", seconds.to_string()),
        _ => reply,
    };
    entry.status(reply.status);
    let plan = pace::plan(&reply, &options);
    let length = plan.length;
    let mut response = respond(&reply, &options, pace::body(plan, entry, reset));
    if let Some(length) = length {
        response.headers_mut().insert(CONTENT_LENGTH, length.into());
    }
    Ok(response)
}

fn respond(reply: &Reply, options: &Options, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    *response.status_mut() =
        hyper::StatusCode::from_u16(reply.status).unwrap_or(hyper::StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(reply.content_type));
    if options.gzip {
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    for (name, value) in &reply.headers {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.append(HeaderName::from_static(name), value);
        }
    }
    response
}

fn bytes_of(reply: &Reply) -> Bytes {
    match &reply.payload {
        Payload::Whole(bytes) => bytes.clone(),
        Payload::Events(_) => Bytes::new(),
    }
}

fn text_of(value: &HeaderValue) -> String {
    String::from_utf8_lossy(value.as_bytes()).into_owned()
}

/// What a load balancer or CDN in front of a provider answers.
pub(crate) fn html(status: u16) -> Reply {
    let reason = hyper::StatusCode::from_u16(status).ok().and_then(|code| code.canonical_reason()).unwrap_or("Error");
    let page = format!(
        "<html>\r\n<head><title>{status} {reason}</title></head>\r\n<body>\r\n<center><h1>{status} {reason}</h1></center>\r\n\
         <hr><center>cloudflare</center>\r\n</body>\r\n</html>\r\n"
    );
    Reply { status, content_type: "text/html", headers: Vec::new(), payload: Payload::Whole(page.into()) }
}

/// The connection is to be closed without an answer.
#[derive(Debug)]
struct Closed;

impl std::fmt::Display for Closed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("closed without an answer")
    }
}

impl std::error::Error for Closed {}
