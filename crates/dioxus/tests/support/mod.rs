//! A tree of components without a screen: what they render is counted, and nothing happens before it is let happen.

pub mod page;
#[path = "../scripted/mod.rs"]
pub mod scripted;

use dioxus::dioxus_core::NoOpMutations;
use dioxus::prelude::*;
use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

/// Has everything happen that is due, until nothing is.
pub fn settle(dom: &mut VirtualDom) {
    while is_due(dom) {
        dom.render_immediate(&mut NoOpMutations);
    }
}

fn is_due(dom: &mut VirtualDom) -> bool {
    let work = pin!(dom.wait_for_work());
    work.poll(&mut Context::from_waker(Waker::noop())) == Poll::Ready(())
}
