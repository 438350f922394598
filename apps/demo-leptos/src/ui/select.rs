//! A choice of one.

use super::{Said, just, say};
use crate::form::another_id;
use leptos::html;
use leptos::prelude::*;
use std::sync::Arc;

/// What can be chosen.
#[derive(Clone, PartialEq)]
pub struct Choice {
    pub id: String,
    pub name: String,
}

#[component]
pub fn Select(
    label: Said,
    /// Whether the label is for those only who do not see the place.
    #[prop(optional)]
    is_quiet: bool,
    /// What is so: another one is shown as chosen when this is another.
    value: Said,
    #[prop(default = just("false"))] busy: Said,
    choices: Arc<dyn Fn() -> Vec<Choice> + Send + Sync>,
    on_change: Callback<(String,)>,
) -> impl IntoView {
    let id = another_id("choice");
    let select = NodeRef::<html::Select>::new();
    let now = Arc::clone(&value);
    let changed = move |_| {
        let Some(select) = select.get_untracked() else { return };
        let chosen = select.value();
        select.set_value(&untrack(|| now()));
        on_change.run((chosen,));
    };
    let option = move |Choice { id, name }: Choice| {
        let (own, value) = (id.clone(), Arc::clone(&value));
        view! {
            <option value=id prop:selected=move || value() == own>
                {name}
            </option>
        }
    };
    view! {
        <div class="kr-field">
            <label for=id.clone() class=is_quiet.then_some("kr-unseen")>
                {say(&label)}
            </label>
            <select id=id node_ref=select aria-busy=say(&busy) on:change=changed>
                {move || choices().into_iter().map(&option).collect_view()}
            </select>
        </div>
    }
}
