//! What crosses the boundary to a face: plain data, serialised with the field names of the records.
//!
//! No type here can hold a stored secret, with two exceptions that a person asks for by one gesture each:
//! [`RevealedUrl`] on the way out, and the `secrets` of an input on the way in.

mod action_dto;
mod action_run_dto;
mod catalog_dto;
mod discovery_dto;
mod migration_dto;
mod migration_run_dto;
mod outline_dto;
mod packed_matrix;
mod secret_dto;
mod test_dto;
mod update_dto;
mod url_dto;
mod url_tools_dto;

pub use action_dto::*;
pub use action_run_dto::*;
pub use catalog_dto::*;
pub use discovery_dto::*;
pub use migration_dto::*;
pub use migration_run_dto::*;
pub use outline_dto::*;
pub use packed_matrix::*;
pub use secret_dto::*;
pub use test_dto::*;
pub use update_dto::*;
pub use url_dto::*;
pub use url_tools_dto::*;
