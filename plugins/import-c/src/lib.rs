//! Importer for C and C++.
mod conditionals;
mod grammar;
mod lex;
mod library;
mod macros;
mod outline;
mod prepare;
#[doc(hidden)]
pub fn prepared(source: &[u8], included: &[Vec<u8>], cpp: bool) -> Vec<u8> { prepare::prepare(source, included, cpp).bytes }
#[doc(hidden)]
pub fn outlined(source: &[u8]) -> (Vec<String>, Vec<u8>) { let o = outline::outline(source); (o.includes, o.facts) }
