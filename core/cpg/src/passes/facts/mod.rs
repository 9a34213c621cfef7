//! What the linker needs of a file: its scopes, and how values move in it.
//!
//! Values are written as a small graph of expressions ([`Expression`]) and of flows between places ([`Flow`]), the constraints of an
//! inclusion-based analysis (L. O. Andersen, "Program Analysis and Specialization for the C Programming Language", 1994). Numbers are
//! positions in the lists of the same file; texts are positions in [`FileFacts::names`].

mod collect;
mod expressions;
mod flows;
mod hints;
mod names;
mod objects;
mod operations;
mod order;
mod overwritten;
mod pointers;
mod types;
mod versions;
mod words;
mod written;

#[cfg(test)]
mod tests;

pub use super::cfg::Way;
pub(crate) use collect::collect;
pub use order::{Handler, Order, Raise, Test};
pub use written::{
    Binding, Constant, Form, Given, HOLE, Known, Named, Region, RegionKind, Written,
};

use serde::{Deserialize, Serialize};

/// A text of the file, by position in [`FileFacts::names`].
pub type Name = u32;
/// An expression, by position in [`FileFacts::expressions`]; 0 is [`Expression::Unknown`].
pub type Value = u32;

/// Facts of one file; `postcard` keeps them.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct FileFacts {
    /// Ordinal of the file in the graph.
    pub ordinal: u32,
    /// Path from the root of the repository, with `/`.
    pub path: String,
    /// Module name; empty where there is none.
    pub module: String,
    /// The file stands for its folder.
    pub is_package: bool,
    /// Language; [`crate::rules::Rules::language`] of its rules.
    pub language: String,
    /// Folders of the tree in which its includes are looked for, as far as the project's build says it.
    pub folders: Vec<String>,
    /// Texts, each once.
    pub names: Vec<String>,
    /// Locals, parameters, members.
    pub variables: Vec<Variable>,
    /// Methods in the order of their rows.
    pub functions: Vec<Function>,
    /// Types in the order of their rows.
    pub classes: Vec<Class>,
    /// Imports in the order of their rows.
    pub imports: Vec<Import>,
    /// Expressions.
    pub expressions: Vec<Expression>,
    /// Flows of values into places.
    pub flows: Vec<Flow>,
    /// Calls, but operators.
    pub calls: Vec<CallSite>,
    /// Reads of members: they run code where the member is a property.
    pub reads: Vec<MemberRead>,
    /// Operators and protocols: they run code where an operand's type defines it.
    pub operations: Vec<Operation>,
    /// By expression: the row that it was first met at, 0 for none.
    pub rows: Vec<u32>,
    /// Names that a wildcard import takes, where the file lists them.
    pub exports: Option<Vec<Name>>,
    /// Objects that variables hold by value, where the language makes and destroys them with the variable.
    pub objects: Vec<Object>,
    /// In which order its rows run.
    pub order: Order,
    /// What stands in it, as patterns ask for it.
    pub written: Written,
}

impl FileFacts {
    /// The text of a name.
    pub fn name(&self, name: Name) -> &str {
        &self.names[name as usize]
    }

    /// The function that a value is, whatever its decorators make of it.
    pub fn defined(&self, mut value: Value) -> Option<u32> {
        loop {
            match &self.expressions[value as usize] {
                Expression::Function(function) => return Some(*function),
                Expression::Call(call) if self.calls[*call as usize].decorates => {
                    value = self.calls[*call as usize].arguments.first()?.value;
                }
                _ => return None,
            }
        }
    }
}

/// A place that holds values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Variable {
    /// Its name.
    pub name: Name,
    /// Row of the declaration.
    pub row: u32,
    /// What declares it.
    pub owner: Owner,
    /// Properties of the row, see [`crate::kind::property`].
    pub properties: u32,
}

/// What a variable belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Owner {
    /// The file's module.
    Module,
    /// A function, by position.
    Function(u32),
    /// A class, by position: the variable is a member.
    Class(u32),
    /// One of the values of another variable, by position: what it holds at a part of its method.
    Version(u32),
}

/// A method.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Function {
    /// Row of the METHOD.
    pub row: u32,
    /// Short name.
    pub name: Name,
    /// Full name.
    pub full_name: Name,
    /// The class whose member it is, by position.
    pub class: Option<u32>,
    /// Properties of the row, see [`crate::kind::property`].
    pub properties: u32,
    /// Parameters in order.
    pub parameters: Vec<Parameter>,
    /// Values that it returns.
    pub returns: Vec<Value>,
    /// Values that it yields.
    pub yields: Vec<Value>,
    /// Values of its decorators, the outermost first.
    pub decorators: Vec<Value>,
}

/// An object that a variable holds by value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Object {
    /// Row of the declaration.
    pub row: u32,
    /// The function around, by position.
    pub caller: Option<u32>,
    /// The name of its type.
    pub class: Value,
    /// What it is made from.
    pub made: Made,
}

/// What an object is made from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Made {
    /// Nothing is said.
    Default,
    /// A value of that declared type, as far as it is known.
    From(Option<Name>),
    /// Elsewhere: by a call that stands in the text, or by nothing at all.
    Elsewhere,
}

/// A parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parameter {
    /// The variable.
    pub variable: u32,
    /// Properties of the row.
    pub properties: u32,
    /// It is the receiver.
    pub is_receiver: bool,
    /// A call may leave it out.
    pub optional: bool,
    /// What it holds then; 0 for what is not known.
    pub default: Value,
    /// Its declared type as a text, where overloads are told apart by types.
    pub declared: Option<Name>,
}

/// A type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Class {
    /// Row of the TYPE_DECL.
    pub row: u32,
    /// Short name.
    pub name: Name,
    /// Full name.
    pub full_name: Name,
    /// The function around, by position.
    pub caller: Option<u32>,
    /// Bases in order.
    pub bases: Vec<Value>,
    /// The type of the type, where it is said; 0 for none.
    pub metaclass: Value,
    /// Values of its decorators.
    pub decorators: Vec<Value>,
}

/// An import.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Import {
    /// Row of the IMPORT.
    pub row: u32,
    /// The variable that it binds.
    pub variable: Option<u32>,
    /// Name that it binds.
    pub bound: Name,
    /// Module as the row has it.
    pub module: Name,
    /// What of the module.
    pub what: Imported,
}

/// What of a module is imported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Imported {
    /// The module itself.
    Module,
    /// One member.
    Member(Name),
    /// All members.
    All,
}

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Expression {
    /// Nothing is known.
    Unknown,
    /// What a variable of the file holds.
    Variable(u32),
    /// A name that no scope of the file binds.
    Global(Name),
    /// A member of a value.
    Member(Value, Name),
    /// Result of a call, by position.
    Call(u32),
    /// A function itself.
    Function(u32),
    /// A class itself.
    Class(u32),
    /// What an import binds, by position.
    Import(u32),
    /// A literal of a type of the language.
    Literal(Name),
    /// One of several values.
    Choice(Vec<Value>),
    /// An instance of a type that is only declared.
    Declared(Value),
    /// An instance of a type that a test has made sure of (a handler's exception).
    Tested(Value),
    /// Members as seen from the ancestors of a class, by position, on what a variable holds.
    Super(u32, Option<u32>),
    /// A list, tuple, set or dictionary that a row makes; its type's name.
    Collection(u32, Name),
    /// An element of a collection.
    Element(Value, Key),
    /// What stepping through a value gives.
    Iterated(Value),
    /// What entering a context gives.
    Entered(Value),
    /// A dictionary with the pairs of another one.
    Merged(Value, Value),
    /// Result of an operation, by position.
    Operation(u32),
    /// What a generator gives when it ends, to whoever hands its elements on.
    Returned(Value),
    /// An instance of just the type that is declared: what a variable holds by value.
    Exact(Value),
}

/// Which element of a collection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Key {
    /// Any.
    Any,
    /// By position, from 0.
    Index(u32),
    /// All from a position on.
    From(u32),
    /// Under a constant text.
    Text(Name),
    /// The keys themselves.
    Keys,
    /// From a position on, and below another one.
    Between(u32, u32),
}

/// An operator or protocol with its operands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Operation {
    /// Row that runs it.
    pub row: u32,
    /// The function that contains it, by position.
    pub caller: Option<u32>,
    /// The specification's operator, or a protocol of [`protocol`].
    pub operator: Name,
    /// Operands; 0 for those of which nothing is known.
    pub operands: Vec<Value>,
    /// Declared types of the operands as texts, where overloads are told apart by types.
    pub types: Vec<Option<Name>>,
    /// The expression that has its result; 0 for none.
    pub result: Value,
}

/// Names of what runs code without an operator: rules of languages give methods for them as for operators.
pub mod protocol {
    /// Stepping through a value.
    pub const ITERATE: &str = "<protocol>.iterate";
    /// The same, where each step may wait.
    pub const ITERATE_ASYNC: &str = "<protocol>.iterateAsync";
    /// Entering a context.
    pub const ENTER: &str = "<protocol>.enter";
    /// Leaving a context.
    pub const EXIT: &str = "<protocol>.exit";
    /// Entering a context that may wait.
    pub const ENTER_ASYNC: &str = "<protocol>.enterAsync";
    /// Leaving a context that may wait.
    pub const EXIT_ASYNC: &str = "<protocol>.exitAsync";
    /// Writing an element: collection, key, value.
    pub const STORE_ELEMENT: &str = "<protocol>.storeElement";
    /// Raising an exception.
    pub const RAISE: &str = "<protocol>.raise";
    /// Removing an element: collection, key.
    pub const DELETE_ELEMENT: &str = "<protocol>.deleteElement";
}

/// A value flows to a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flow {
    /// Row that makes it flow, 0 where ways meet.
    pub row: u32,
    /// Where to.
    pub to: Place,
    /// From where.
    pub from: Value,
    /// The function that runs it, by position; only where it writes a member.
    pub caller: Option<u32>,
}

/// Where a value can flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Place {
    /// A variable, by position.
    Variable(u32),
    /// A member of a value.
    Member(Value, Name),
    /// An element of a collection.
    Element(Value, Key),
}

/// A call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallSite {
    /// Row of the CALL.
    pub row: u32,
    /// The function that contains it, by position; none outside of all.
    pub caller: Option<u32>,
    /// What is called.
    pub callee: Value,
    /// Number of positional arguments.
    pub positional: u16,
    /// Number of arguments by keyword.
    pub keywords: u16,
    /// Some argument is unpacked: the numbers are lower bounds.
    pub unpacked: bool,
    /// It gives a definition to its decorator: where nothing is known of that, its result is what it was given.
    pub decorates: bool,
    /// Arguments whose value is known to some degree.
    pub arguments: Vec<Argument>,
    /// Declared types of the positional arguments as texts, where overloads are told apart by types.
    pub types: Vec<Option<Name>>,
    /// What it makes stays: it is given a place that was asked for, or handed to whoever called.
    pub keeps: bool,
    /// The declared type of the object whose member is called, as a text.
    pub on: Option<Name>,
}

/// An argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Argument {
    /// Which parameter it is for.
    pub slot: Slot,
    /// Its value.
    pub value: Value,
    /// The key that its constant would be.
    pub key: Key,
}

/// Which parameter an argument is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Slot {
    /// By position, from 0.
    Position(u16),
    /// By name.
    Keyword(Name),
    /// All from a position on, as elements of the value.
    Unpacked(u16),
    /// Several by name, as elements of the value.
    UnpackedKeywords,
}

/// A read of a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberRead {
    /// Row of the CALL of the operator.
    pub row: u32,
    /// The function that contains it, by position.
    pub caller: Option<u32>,
    /// An [`Expression::Member`].
    pub value: Value,
}
