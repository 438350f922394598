//! The demo in Dioxus: the same small application as `apps/demo`, on `keyrack-dioxus`.

mod accounts;
mod boot;
mod browser;
mod code_form;
mod entry;
mod examples;
mod form;
mod frame;
mod home;
mod hook_panel;
mod invitations;
mod manage;
mod members;
mod notifications;
mod parts;
mod places;
mod popup;
mod private_api;
mod rack;
mod reading;
mod sentences;
mod sign_in_form;
mod sign_up_form;
mod switcher;
mod team;

fn main() {
    dioxus_web::launch::launch_cfg(boot::Boot, dioxus_web::Config::new());
}
