//! The page that a session is shown on: whether it is looked at, left, or comes back.

use super::js;
use js_sys::{Array, Object};
use wasm_bindgen::prelude::*;
use web_sys::{AbortSignal, CssStyleSheet, Document, HtmlElement};

/// What becomes of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// It is looked at, or no longer.
    Visible(bool),
    /// The network is back.
    Online,
    /// It is left, and may be kept in the back-forward cache as it is now.
    Left,
    /// It comes out of the back-forward cache: what it shows is as old as that was long.
    Back,
}

/// Who listens; without it nothing is heard any more.
pub type Listener = Closure<dyn Fn(JsValue)>;

/// Says what becomes of the page, until the signal.
pub fn watch(until: &AbortSignal, tell: impl Fn(Seen) + 'static) -> Listener {
    let heard = move |event: JsValue| {
        let is_kept = js::get(&event, &["persisted"]).is_some_and(|kept| kept.is_truthy());
        let kind = js::get(&event, &["type"]).and_then(|kind| kind.as_string()).unwrap_or_default();
        match kind.as_str() {
            "visibilitychange" => tell(Seen::Visible(!js::is_hidden())),
            "online" => tell(Seen::Online),
            "pagehide" if is_kept => tell(Seen::Left),
            "pageshow" if is_kept => tell(Seen::Back),
            _ => {}
        }
    };
    let listener = Closure::<dyn Fn(JsValue)>::new(heard);
    for kind in ["visibilitychange", "online", "pagehide", "pageshow"] {
        js::listen(kind, listener.as_ref().unchecked_ref(), until);
    }
    listener
}

/// A page that nobody can read, until this is dropped. By a style sheet of its own, which no strict content policy forbids:
/// nothing of the page is changed, moved or mounted anew. A part of the page may insist on being visible, but not on
/// being opaque where the root is not.
pub struct Cover {
    document: Document,
    sheet: CssStyleSheet,
    focused: Option<HtmlElement>,
}

impl Cover {
    /// None where there is no page, and in browsers that know no such sheets.
    pub fn new() -> Option<Self> {
        let document: Document = js::global(&["document"])?.unchecked_into();
        js::get(&document, &["adoptedStyleSheets"])?;
        let sheet = CssStyleSheet::new().ok()?;
        sheet.replace_sync("html{opacity:0!important}html,html *{visibility:hidden!important}").ok()?;
        let sheets = Array::from(&document.adopted_style_sheets());
        sheets.push(&sheet);
        document.set_adopted_style_sheets(&sheets);
        let focused = document.active_element().map(JsCast::unchecked_into);
        Some(Self { document, sheet, focused })
    }
}

impl Drop for Cover {
    fn drop(&mut self) {
        let others = self.document.adopted_style_sheets().into_iter();
        let left: Array = others.filter(|sheet| !Object::is(sheet, &self.sheet)).collect();
        self.document.set_adopted_style_sheets(&left);
        // What is invisible loses the focus. Nobody shall have to find the place again.
        let body: Option<JsValue> = self.document.body().map(Into::into);
        let active: Option<JsValue> = self.document.active_element().map(Into::into);
        if let Some(focused) = self.focused.take().filter(|_| active == body) {
            // Whoever cannot be focused is not.
            let _ = focused.focus();
        }
    }
}
