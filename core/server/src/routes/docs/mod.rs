//! The API's own pages, with no asset from elsewhere.

pub mod openapi;
pub mod redoc;
pub mod swagger;
