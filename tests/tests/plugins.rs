//! The plugin host from outside: sound plugins, hostile ones, and files that change under it.

#[path = "plugins/answers.rs"]
mod answers;
#[path = "plugins/compile.rs"]
mod compile;
#[path = "plugins/hostile.rs"]
mod hostile;
#[path = "plugins/in_tree.rs"]
mod in_tree;
#[path = "plugins/refused.rs"]
mod refused;
#[path = "plugins/reload.rs"]
mod reload;
#[path = "plugins/world.rs"]
mod world;
