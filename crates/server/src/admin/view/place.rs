use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// An organization, as an operator sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "BackendOrganization")]
pub struct Organization {
    /// Its id.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// What it is called in addresses.
    pub slug: String,
    /// What it says about itself.
    #[serde(default)]
    pub description: String,
    /// What it carries for every member to see.
    #[serde(default)]
    pub public_metadata: Map<String, Value>,
    /// How many members it has.
    pub members: i64,
    /// When it was made.
    pub created_at: String,
    /// When it last changed.
    pub updated_at: String,
}

/// A workspace, as an operator sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "BackendWorkspace")]
pub struct Workspace {
    /// Its id.
    pub id: String,
    /// The organization that it is in.
    pub organization_id: String,
    /// What it is called.
    pub name: String,
    /// What it is called in addresses.
    pub slug: String,
    /// What it says about itself.
    #[serde(default)]
    pub description: String,
    /// What it carries for every member to see.
    #[serde(default)]
    pub public_metadata: Map<String, Value>,
    /// How many members it has.
    pub members: i64,
    /// When it was made.
    pub created_at: String,
    /// When it last changed.
    pub updated_at: String,
}

/// An organization or a workspace that asks nothing of its members any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Unrestricted {
    /// Its id.
    pub id: String,
    /// Whether it asked something before.
    pub asked: bool,
}
