//! A page as it is sent: the built frame with this request's head in it.

use serde_json::{Map, Value, json};

/// What is written into the frame.
pub struct Head<'a> {
    /// One of the pages' names.
    pub page: &'a str,
    /// The deployment, as `GET /deployment` answers it.
    pub deployment: Value,
    /// The language of the texts.
    pub language: &'a str,
    /// The texts.
    pub messages: Map<String, Value>,
    /// Where to go on to, checked.
    pub return_to: Option<String>,
    /// Whether the link named an address that may not be followed.
    pub return_refused: bool,
    /// Changes with the stylesheet of the look.
    pub theme_version: String,
    /// The scripts that the page needs.
    pub preloads: Vec<String>,
}

/// Puts `head` into `frame`.
pub fn render(frame: &str, head: Head<'_>) -> String {
    let app = head.deployment["ui_settings"]["app_name"].as_str().unwrap_or_default().to_owned();
    let said = |name: &str| {
        let text = head.messages.get(name).and_then(Value::as_str).unwrap_or_default();
        escaped(&text.replace("{app}", &app))
    };
    let title = said(match head.page {
        "sign-up" => "title_sign_up",
        "accounts" => "title_accounts",
        "invite" => "title_invite",
        "magic-link" => "title_magic_link",
        "forgot-password" => "title_forgot_password",
        "waitlist" => "title_waitlist",
        "account" => "title_account",
        "device" => "title_device",
        _ => "title_sign_in",
    });
    let noscript = said("noscript");
    let icon = match head.deployment["ui_settings"]["favicon_image_url"].as_str().unwrap_or_default() {
        "" => "_keyrack/icon.svg",
        own => own,
    };
    let icon = escaped(icon);
    let boot = json!({
        "page": head.page,
        "deployment": head.deployment,
        "language": head.language,
        "messages": head.messages,
        "return_to": head.return_to,
        "return_refused": head.return_refused,
    });
    let preloads: String = head
        .preloads
        .iter()
        .map(|file| format!("<link rel=\"modulepreload\" href=\"{}\">", escaped(file)))
        .collect();
    let inner = format!(
        "<title>{title}</title>\
         <meta name=\"keyrack\" content=\"{}\">\
         <link rel=\"icon\" href=\"{icon}\">\
         <link rel=\"stylesheet\" href=\"_keyrack/theme.css?v={}\">\
         {preloads}",
        escaped(&boot.to_string()),
        escaped(&head.theme_version),
    );
    // Each place stands once, and before anything that comes from outside.
    frame
        .replacen("<html lang=\"en\">", &format!("<html lang=\"{}\">", escaped(head.language)), 1)
        .replacen("<!--noscript-->", &noscript, 1)
        .replacen("<!--head-->", &format!("<!--head-->{inner}"), 1)
}

/// Text that is safe between tags and in quoted attributes.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 4);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(c),
        }
    }
    out
}
