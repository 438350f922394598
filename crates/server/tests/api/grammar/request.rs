use super::dice::Dice;
use crate::support::{PASSWORD, Route, routes};
use url::form_urlencoded;

/// What somebody who attacks may know.
pub struct Known {
    pub origin: String,
    pub cookie: String,
    pub credential: String,
    pub ids: [String; 2],
}

/// A request as it goes over the wire.
pub struct Sent {
    pub bytes: Vec<u8>,
    /// Whether a parser before ours may refuse it without a word.
    pub damaged: bool,
    /// Whether its answer has no body, whatever it says.
    pub bodiless: bool,
}

const NAMES: [&str; 20] = [
    "email",
    "password",
    "first_name",
    "last_name",
    "username",
    "strategy",
    "sign_in_id",
    "attempt_identifier",
    "identifier_type",
    "verification_code",
    "identifier",
    "type",
    "template",
    "poll",
    "__dev_session__",
    "_method",
    "",
    "email[]",
    "__proto__",
    "\u{0}",
];

const TEXTS: [&str; 36] = [
    "",
    " ",
    "undefined",
    "null",
    "true",
    "0",
    "-1",
    "1e309",
    "NaN",
    "123456",
    "\u{ff11}23456",
    "signup",
    "signin",
    "email_otp",
    "plain_email",
    "plain_username",
    "default",
    "email",
    "username",
    "eve@example.com",
    "eve2@example.com",
    "EVE@EXAMPLE.COM",
    "nobody@example.com",
    "a@b",
    "@",
    "e\u{301}@example.com",
    "\u{202e}eve",
    "\u{fb01}",
    "\u{1f469}\u{200d}\u{1f4bb}",
    "a\u{0}b",
    "a\r\nb",
    "'\"\\;--",
    "%00%ff",
    "{{7*7}}",
    "../../etc/passwd",
    "ses_00000000000000000000000000",
];

fn text(dice: &mut Dice, known: &Known) -> String {
    match dice.below(12) {
        0 => PASSWORD.to_owned(),
        1 => known.ids[0].clone(),
        2 => known.ids[1].clone(),
        3 => known.credential.clone(),
        4 => dice.pick(&TEXTS).repeat(1 + dice.below(300)),
        5 => (0..dice.below(40))
            .filter_map(|_| char::from_u32(u32::try_from(dice.below(0x2_0000)).unwrap()))
            .collect(),
        _ => dice.pick(&TEXTS).to_owned(),
    }
}

fn pairs(dice: &mut Dice, known: &Known) -> Vec<(String, String)> {
    let many = if dice.once_in(40) { 300 } else { 6 };
    (0..dice.below(many)).map(|_| (dice.pick(&NAMES).to_owned(), text(dice, known))).collect()
}

fn json(dice: &mut Dice, known: &Known, depth: usize) -> String {
    let quoted = |text: &str| serde_json::to_string(text).unwrap();
    match dice.below(if depth > 5 { 7 } else { 9 }) {
        0 => dice
            .pick(&["null", "true", "0", "-0", "1e400", "9007199254740993", "1.", "NaN", "\"\\ud800\""])
            .to_owned(),
        1..=6 => quoted(&text(dice, known)),
        7 => {
            let items: Vec<String> = (0..dice.below(4)).map(|_| json(dice, known, depth + 1)).collect();
            format!("[{}]", items.join(","))
        }
        _ => object(dice, known, depth + 1),
    }
}

fn object(dice: &mut Dice, known: &Known, depth: usize) -> String {
    let members: Vec<String> = (0..dice.below(6))
        .map(|_| {
            let name = serde_json::to_string(dice.pick(&NAMES)).unwrap();
            format!("{name}:{}", json(dice, known, depth))
        })
        .collect();
    format!("{{{}}}", members.join(","))
}

fn multipart(dice: &mut Dice, known: &Known) -> String {
    let mut body = String::new();
    for (name, value) in pairs(dice, known) {
        let extra = dice.pick(&[
            "",
            "; filename=\"a\"",
            "; filename*=utf-8''a",
            "\r\ncontent-type: text/html",
            "; name=\"b\"",
        ]);
        body += &format!("--b\r\ncontent-disposition: form-data; name=\"{name}\"{extra}\r\n\r\n{value}\r\n");
    }
    body + dice.pick(&["--b--\r\n", "--b--", "--b", "", "--c--"])
}

/// A content type and a body, which mostly fit.
fn body(dice: &mut Dice, known: &Known) -> (&'static str, Vec<u8>) {
    let (kind, mut body) = match dice.below(4) {
        0 => ("application/x-www-form-urlencoded", urlencoded(dice, known)),
        1 => ("multipart/form-data; boundary=b", multipart(dice, known)),
        _ => ("application/json", object(dice, known, 0)),
    };
    let mut bytes = std::mem::take(&mut body).into_bytes();
    if dice.once_in(3) {
        dice.damage(&mut bytes);
    }
    let odd: [&str; 9] = [
        "",
        "text/plain",
        "application/json; charset=\"",
        "APPLICATION/JSON ;;",
        "multipart/form-data",
        "multipart/form-data; boundary=\"b",
        "multipart/form-data; boundary=b; boundary=c",
        "a/b, application/json",
        "/",
    ];
    (if dice.once_in(5) { dice.pick(&odd) } else { kind }, bytes)
}

fn urlencoded(dice: &mut Dice, known: &Known) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs(dice, known)).finish()
}

/// The credential whole, in parts, or damaged.
fn rack(dice: &mut Dice, known: &Known) -> Vec<u8> {
    let mut rack = known.credential.clone().into_bytes();
    match dice.below(4) {
        0 => dice.damage(&mut rack),
        1 => rack.extend_from_within(..),
        2 => rack = rack.split(|byte| *byte == b'~').next().unwrap_or_default().to_vec(),
        _ => {}
    }
    // What no header can hold would only test hyper.
    rack.retain(|byte| byte.is_ascii_graphic());
    rack
}

fn header(head: &mut Vec<u8>, name: &str, value: &[u8]) {
    head.extend(name.as_bytes());
    head.extend(b": ");
    head.extend(value);
    head.extend(b"\r\n");
}

fn headers(head: &mut Vec<u8>, dice: &mut Dice, known: &Known) {
    header(head, "host", b"127.0.0.1");
    header(head, "connection", b"close");
    if !dice.once_in(8) {
        header(head, "origin", known.origin.as_bytes());
    }
    for _ in 0..dice.below(3) {
        let rack = rack(dice, known);
        let odd = dice.pick(&["", "=", ";", "; =;", "\"", "a=b; ", ",,"]).as_bytes().to_vec();
        header(head, "x-development-session", &[&odd[..], &rack].concat());
        header(head, "cookie", &[&odd[..], known.cookie.as_bytes(), b"=", &rack, &odd].concat());
    }
    let long = "a".repeat(dice.below(3_000));
    for name in [
        "user-agent",
        "accept-language",
        "if-none-match",
        "x-forwarded-for",
        "sec-fetch-site",
        "x-request-id",
    ] {
        if dice.once_in(4) {
            let value =
                dice.pick(&["", "*", "W/\"1\"", "\"", "::1", "999.1.1.1, ,", "same-origin", "de;q=9", &long]);
            header(head, name, value.as_bytes());
        }
    }
}

/// One request.
pub fn request(dice: &mut Dice, known: &Known) -> Sent {
    let all: Vec<Route> = routes().into_iter().filter(Route::is_public).collect();
    let Route { method, path, .. } = &all[dice.below(all.len())];
    let method = if dice.once_in(10) {
        dice.pick(&["GET", "HEAD", "POST", "OPTIONS", "DELETE", "MOVE"])
    } else {
        method.as_str()
    };
    let path = if dice.once_in(10) {
        format!("{path}{}", dice.pick(&["/", "//", "/..", "%00", "%2f", ";a", "/%ff"]))
    } else {
        path.clone()
    };
    let query = if dice.once_in(2) { format!("?{}", urlencoded(dice, known)) } else { String::new() };
    let mut bytes = format!("{method} {path}{query} HTTP/1.1\r\n").into_bytes();
    headers(&mut bytes, dice, known);
    let (kind, body) = body(dice, known);
    header(&mut bytes, "content-type", kind.as_bytes());
    let chunked = dice.once_in(4);
    if chunked {
        header(&mut bytes, "transfer-encoding", b"chunked");
        bytes.extend(format!("\r\n{:x}\r\n", body.len()).as_bytes());
        bytes.extend(&body);
        bytes.extend(if body.is_empty() { &b"\r\n"[..] } else { b"\r\n0\r\n\r\n" });
    } else {
        header(&mut bytes, "content-length", body.len().to_string().as_bytes());
        bytes.extend(b"\r\n");
        bytes.extend(&body);
    }
    let damaged = dice.once_in(12);
    if damaged {
        dice.damage(&mut bytes);
    }
    Sent { bytes, damaged, bodiless: method == "HEAD" }
}
