//! What somebody reads whose browser cannot be sent back: one page without a script, in their language.

use crate::app::Site;
use crate::http::answer::Refusal;
use crate::language;
use crate::pages::texts;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode, header};
use keyrack_protocol::Code;

/// The page about a refusal, with its code for whoever is asked for help.
pub(super) fn refusal(site: &Site, headers: &HeaderMap, code: Code) -> Response {
    let languages = texts::languages(&site.config);
    let preferred = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    let language = language::chosen(&languages, None, preferred);
    let texts = texts::of(&site.config, language);
    let said = |name: &str| {
        let text = texts.get(name).and_then(serde_json::Value::as_str).unwrap_or_default();
        escaped(&text.replace("{app}", &site.config.app_name))
    };
    let (title, text) = match code {
        Code::HandshakeLoop => (said("handshake_loop_title"), said("handshake_loop_text")),
        _ => (said("return_refused_title"), said("handshake_refused_text")),
    };
    let body = format!(
        "<!doctype html>\n<html lang=\"{}\">\n<head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>{title}</title></head>\n\
         <body><main><h1>{title}</h1><p>{text}</p><p><code>{}</code></p></main></body>\n</html>\n",
        escaped(language),
        code.as_str()
    );
    let status = StatusCode::from_u16(code.status()).unwrap_or(StatusCode::BAD_REQUEST);
    let kind = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8".to_owned()),
        (header::CONTENT_LANGUAGE, language.to_owned()),
    ];
    let mut response = (status, kind, body).into_response();
    response.extensions_mut().insert(Refusal(code));
    response
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
