//! A native program: requests by reqwest on the tokio runtime that the store was started on.

use super::{Change, Command, Inbox, Input, Keeper, Line, Moment, Platform, Reply, Request, take_back};
use crate::builder::{Builder, CannotStart, Navigate};
use crate::core::time::TIMEOUT_MS;
use crate::{Api, Client, Error, error};
use reqwest::header::{ACCEPT, CONTENT_TYPE, COOKIE, HeaderMap, ORIGIN, RETRY_AFTER, SET_COOKIE};
use serde_json::Value;
use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant, SystemTime};
use tokio::runtime::Handle;
use tokio::task::AbortHandle;

const VERSION: &str = "application/vnd.keyrack.1+json";
const STAGING: &str = "x-development-session";

/// How the cookie of production is called; another may be a proxy's.
const COOKIES: [&str; 3] = ["__Host-keyrack", "__session", "keyrack_dev_"];

/// A store on the runtime that this is called on.
pub fn start(builder: Builder) -> Result<Client, CannotStart> {
    let Builder { api, keeper, session, is_scoped, navigate } = builder;
    let runtime = Handle::try_current().map_err(|_| CannotStart::NoRuntime)?;
    let http = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .user_agent(concat!("keyrack-client/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(CannotStart::NoClient)?;
    let wire = Arc::new(Wire { http, api, keeper, inbox: OnceLock::new() });
    #[allow(clippy::disallowed_methods, reason = "this is where the store's time begins")]
    let native = Native { wire, runtime, began: Instant::now(), navigate, tasks: Mutex::default() };
    let native = Box::new(native);
    Ok(if is_scoped {
        Client::scoped_on(native, session, String::new())
    } else {
        Client::on(native, session)
    })
}

/// What is under way, so that it can be given up.
#[derive(Default)]
struct Tasks {
    requests: HashMap<u64, AbortHandle>,
    stream: Option<(u64, AbortHandle)>,
    timer: Option<AbortHandle>,
}

struct Native {
    wire: Arc<Wire>,
    runtime: Handle,
    began: Instant,
    navigate: Option<Navigate>,
    tasks: Mutex<Tasks>,
}

impl Platform for Native {
    fn begin(&self, inbox: Inbox) {
        // A store has one platform, and begins once.
        let _ = self.wire.inbox.set(inbox.clone());
        self.runtime.spawn(async move { inbox.post(Input::Leads(true)) });
    }

    #[allow(clippy::disallowed_methods, reason = "this is where the store's time comes from")]
    fn now(&self) -> Moment {
        let millis = |duration: Duration| u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        let wall = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, millis);
        Moment { ticks: millis(self.began.elapsed()), wall: i64::try_from(wall).unwrap_or(0) }
    }

    fn chance(&self) -> f64 {
        // Seeded at random by the standard library, which is chance enough for pauses.
        let random = RandomState::new().build_hasher().finish();
        f64::from(u32::try_from(random >> 32).unwrap_or(0)) / f64::from(u32::MAX)
    }

    fn navigates(&self) -> bool {
        self.navigate.is_some()
    }

    fn perform(&self, command: Command) {
        let mut tasks = lock(&self.tasks);
        let wire = Arc::clone(&self.wire);
        match command {
            Command::Send { number, request } => {
                tasks.requests.retain(|_, task| !task.is_finished());
                let task = self.runtime.spawn(async move {
                    let answer = wire.send(&request).await;
                    wire.post(Input::Answered { number, answer });
                });
                tasks.requests.insert(number, task.abort_handle());
            }
            Command::Abandon { number } => stop(tasks.requests.remove(&number)),
            Command::Wake { at } => {
                let wait = at.saturating_sub(self.now().ticks);
                let task = self.runtime.spawn(async move {
                    tokio::time::sleep(Duration::from_millis(wait)).await;
                    wire.post(Input::Woken);
                });
                stop(tasks.timer.replace(task.abort_handle()));
            }
            Command::Open { number, path } => {
                let task = self.runtime.spawn(async move { wire.follow(number, &path).await });
                stop(tasks.stream.replace((number, task.abort_handle())).map(|(_, task)| task));
            }
            Command::Close { number } => {
                stop(tasks.stream.take_if(|(open, _)| *open == number).map(|(_, task)| task));
            }
            // Programs have no tabs, so that each has a stream of its own, and no pages.
            Command::Tell(_) | Command::Stand(_) | Command::Cover | Command::Reveal => {}
            // Its scope ends with it.
            Command::Keep { .. } => {}
            Command::Go { url } => {
                if let Some(navigate) = self.navigate.clone() {
                    self.runtime.spawn(async move { navigate(&url) });
                }
            }
        }
    }
}

fn stop(task: Option<AbortHandle>) {
    if let Some(task) = task {
        task.abort();
    }
}

impl Drop for Native {
    fn drop(&mut self) {
        let tasks = std::mem::take(&mut *lock(&self.tasks));
        let stream = tasks.stream.map(|(_, task)| task);
        tasks.requests.into_values().chain(stream).chain(tasks.timer).for_each(|task| task.abort());
    }
}

/// What speaks to one API: carries the credential there and takes back what the answer hands out.
struct Wire {
    http: reqwest::Client,
    api: Api,
    keeper: Arc<dyn Keeper>,
    inbox: OnceLock<Inbox>,
}

impl Wire {
    fn post(&self, input: Input) {
        if let Some(inbox) = self.inbox.get() {
            inbox.post(input);
        }
    }

    fn request(&self, path: &str, body: Option<&Value>, carried: Option<&str>) -> reqwest::RequestBuilder {
        let url = format!("{}{path}", self.api.base);
        let request = match body {
            Some(body) => self.http.post(url).json(body),
            None => self.http.get(url),
        };
        let header = if self.api.staging { STAGING } else { COOKIE.as_str() };
        let mut request = request.header(ACCEPT, VERSION);
        if !self.api.staging && body.is_some() {
            // Where the credential is a cookie the server asks where a request comes from, as browsers say it.
            request = request.header(ORIGIN, origin(&self.api.base));
        }
        if let Some(carried) = carried { request.header(header, carried) } else { request }
    }

    async fn send(&self, request: &Request) -> Result<Value, Error> {
        // Read at every request: another program may have changed it a moment ago.
        let carried = self.keeper.read().map_err(unkept)?;
        let sent = self.request(&request.path, request.body.as_ref(), carried.as_deref());
        let answer =
            sent.timeout(Duration::from_millis(TIMEOUT_MS)).send().await.map_err(|error| lost(&error))?;
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let body = answer.bytes().await.map_err(|error| lost(&error))?.to_vec();
        let is_of_staging = headers.contains_key(STAGING);
        let (credential, is_cleared) = self.handed_out(&headers);
        let retry_after = text(&headers, RETRY_AFTER.as_str());
        let reply = Reply { status, retry_after, credential, is_of_staging, body };
        let understood = take_back(request, carried.clone(), &reply, self.api.staging);
        let cleared = || is_cleared.then_some(Change::Forget { carried });
        if let Some(change) = understood.change.or_else(cleared) {
            self.keeper.update(&|stored| change.of(stored)).map_err(unkept)?;
        }
        understood.answer
    }

    /// The credential that an answer hands out, and whether it takes one away.
    fn handed_out(&self, headers: &HeaderMap) -> (Option<String>, bool) {
        if self.api.staging {
            return (text(headers, STAGING), false);
        }
        let cookies = headers.get_all(SET_COOKIE).iter().filter_map(|cookie| cookie.to_str().ok());
        let ours = |cookie: &&str| COOKIES.iter().any(|name| cookie.starts_with(name));
        let pairs = cookies.filter(ours).filter_map(|cookie| cookie.split(';').next()).collect::<Vec<_>>();
        let (cleared, kept): (Vec<&str>, Vec<&str>) = pairs.into_iter().partition(|pair| pair.ends_with('='));
        (kept.first().map(|pair| (*pair).to_owned()), !cleared.is_empty())
    }

    async fn follow(&self, number: u64, path: &str) {
        let line = |line| self.post(Input::Line { number, line });
        let Ok(carried) = self.keeper.read() else { return line(Line::Broken) };
        let Ok(mut answer) = self.request(path, None, carried.as_deref()).send().await else {
            return line(Line::Broken);
        };
        let kind = text(answer.headers(), CONTENT_TYPE.as_str()).unwrap_or_default();
        line(Line::Answered {
            status: answer.status().as_u16(),
            is_stream: kind.starts_with("text/event-stream"),
            retry_after: text(answer.headers(), RETRY_AFTER.as_str()),
        });
        loop {
            match answer.chunk().await {
                Ok(Some(bytes)) => line(Line::Bytes(bytes.to_vec())),
                Ok(None) => return line(Line::Ended),
                Err(_) => return line(Line::Broken),
            }
        }
    }
}

/// An address without its path.
fn origin(base: &str) -> &str {
    let host = base.find("://").map_or(0, |at| at + 3);
    base[host..].find('/').map_or(base, |path| &base[..host + path])
}

fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
}

fn lost(error: &reqwest::Error) -> Error {
    if error.is_timeout() { Error::timeout() } else { Error::network() }
}

fn unkept(why: String) -> Error {
    Error::own(error::STORAGE, format!("The session's credential could not be kept: {why}"))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
