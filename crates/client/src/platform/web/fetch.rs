//! Requests of a browser: they carry the credential to one API, and take back what its answer hands out.

use super::rack::Rack;
use super::{js, json};
use crate::core::request::{Reply, Request};
use crate::few::Few;
use crate::platform::{Inbox, Input, Line, take_back};
use crate::{Api, Error};
use js_sys::{Promise, Reflect, Uint8Array};
use serde_json::Value;
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    AbortController, AbortSignal, Headers, ReadableStreamDefaultReader, RequestCache, RequestCredentials,
    RequestInit, Response,
};

const VERSION: &str = "application/vnd.keyrack.1+json";
const STAGING: &str = "x-development-session";

/// What speaks to one API.
pub struct Wire {
    api: Api,
    /// In staging; in production the browser has a cookie that nobody here sees.
    rack: Option<Rc<Rack>>,
    inbox: Inbox,
    under_way: RefCell<UnderWay>,
}

/// What can be given up.
#[derive(Default)]
struct UnderWay {
    requests: Few<u64, AbortController>,
    stream: Option<(u64, AbortController)>,
}

impl Wire {
    pub fn new(api: Api, inbox: Inbox) -> Self {
        let rack = api.staging.then(|| Rc::new(Rack::new(format!("keyrack:{}", api.base))));
        Self { api, rack, inbox, under_way: RefCell::default() }
    }

    pub fn start(self: &Rc<Self>, number: u64, request: Request) {
        let (wire, Ok(end)) = (Rc::clone(self), AbortController::new()) else { return };
        let signal = end.signal();
        self.under_way.borrow_mut().requests.insert(number, end);
        js::spawn(async move {
            let answer = wire.send(&request, &signal).await;
            wire.under_way.borrow_mut().requests.remove(&number);
            wire.inbox.post(Input::Answered { number, answer });
        });
    }

    pub fn abandon(&self, number: u64) {
        let end = self.under_way.borrow_mut().requests.remove(&number);
        end.iter().for_each(AbortController::abort);
    }

    pub fn open(self: &Rc<Self>, number: u64, path: String) {
        let (wire, Ok(end)) = (Rc::clone(self), AbortController::new()) else { return };
        let signal = end.signal();
        let before = self.under_way.borrow_mut().stream.replace((number, end));
        before.iter().for_each(|(_, end)| end.abort());
        js::spawn(async move {
            let last = wire.follow(number, &path, &signal).await.unwrap_or(Line::Broken);
            wire.inbox.post(Input::Line { number, line: last });
        });
    }

    pub fn close(&self, number: u64) {
        let end = self.under_way.borrow_mut().stream.take_if(|(open, _)| *open == number);
        end.iter().for_each(|(_, end)| end.abort());
    }

    /// Gives up everything.
    pub fn end(&self) {
        let UnderWay { requests, stream } = self.under_way.take();
        requests.iter().chain(&stream).for_each(|(_, end)| end.abort());
    }

    async fn send(&self, request: &Request, signal: &AbortSignal) -> Result<Value, Error> {
        // Of the empty one nothing is waited for: what is in storage until then opens nothing any more.
        let awaited = request.awaits.as_ref().filter(|id| !id.is_empty());
        if let (Some(rack), Some(session)) = (&self.rack, awaited) {
            rack.holds(session).await;
        }
        let carried = self.rack.as_ref().and_then(|rack| rack.read());
        let asked = self.fetch(&request.path, request.body.as_ref(), carried.as_deref(), signal);
        // Whatever it was, nothing of Keyrack's came; of what was given up nobody hears.
        let reply = replied(asked).await.map_err(|_| Error::network())?;
        let understood = take_back(request, carried, &reply, self.api.staging);
        if let (Some(rack), Some(change)) = (&self.rack, understood.change) {
            rack.update(change).await;
        }
        understood.answer
    }

    /// Says what a connection for the stream says, and returns how it ends.
    async fn follow(&self, number: u64, path: &str, signal: &AbortSignal) -> Result<Line, JsValue> {
        let say = |line| self.inbox.post(Input::Line { number, line });
        let carried = self.rack.as_ref().and_then(|rack| rack.read());
        let answer: Response =
            JsFuture::from(self.fetch(path, None, carried.as_deref(), signal)?).await?.unchecked_into();
        let headers = answer.headers();
        let kind = headers.get("content-type")?.unwrap_or_default();
        say(Line::Answered {
            status: answer.status(),
            is_stream: kind.starts_with("text/event-stream"),
            retry_after: headers.get("retry-after")?,
        });
        let Some(body) = answer.body() else { return Ok(Line::Ended) };
        let reader: ReadableStreamDefaultReader = body.get_reader().unchecked_into();
        loop {
            let part = JsFuture::from(reader.read()).await?;
            if Reflect::get(&part, &"done".into())?.is_truthy() {
                return Ok(Line::Ended);
            }
            let bytes: Uint8Array = Reflect::get(&part, &"value".into())?.unchecked_into();
            if !say(Line::Bytes(bytes.to_vec())) {
                return Ok(Line::Ended);
            }
        }
    }

    fn fetch(
        &self,
        path: &str,
        body: Option<&Value>,
        carried: Option<&str>,
        signal: &AbortSignal,
    ) -> Result<Promise, JsValue> {
        let (headers, init) = (Headers::new()?, RequestInit::new());
        headers.set("accept", VERSION)?;
        if let Some(carried) = carried {
            headers.set(STAGING, carried)?;
        }
        if let Some(body) = body {
            headers.set("content-type", "application/json")?;
            init.set_method("POST");
            init.set_body(&json::text(body));
        }
        let omits = if self.api.staging { RequestCredentials::Omit } else { RequestCredentials::Include };
        init.set_credentials(omits);
        init.set_cache(RequestCache::NoStore);
        init.set_headers(&headers);
        init.set_signal(Some(signal));
        js::fetch(&format!("{}{path}", self.api.base), &init)
    }
}

async fn replied(asked: Result<Promise, JsValue>) -> Result<Reply, JsValue> {
    let answer: Response = JsFuture::from(asked?).await?.unchecked_into();
    let headers = answer.headers();
    let credential = headers.get(STAGING)?;
    let body = JsFuture::from(answer.text()?).await?.as_string().unwrap_or_default();
    Ok(Reply {
        status: answer.status(),
        retry_after: headers.get("retry-after")?,
        is_of_staging: credential.is_some(),
        credential,
        body: body.into_bytes(),
    })
}
