//! What the data must be.

use std::collections::BTreeSet;

use crate::data::Data;
use crate::describe;
use crate::point::{Kind, Trust};

#[test]
fn the_data_is_whole() {
    let data = Data::read().unwrap();
    for point in &data.points {
        let ways = [&point.decorator, &point.call, &point.class, &point.binding];
        assert!(ways.iter().any(|way| !way.is_empty()), "{}", point.library);
        assert!(point.from.starts_with("https://"), "{}", point.library);
        assert!(
            point.class.is_empty() || !point.methods.is_empty(),
            "{}",
            point.library
        );
        let is_route = point.kind == Kind::Route && point.class.is_empty();
        assert!(!is_route || point.path.is_some(), "{}", point.library);
        assert!(
            point.trust.is_none() || point.why.is_some(),
            "{}",
            point.library
        );
        for slot in [&point.path, &point.handler, &point.name, &point.verbs]
            .into_iter()
            .flatten()
        {
            assert!(
                slot.position.is_some() || slot.keyword.is_some(),
                "{}",
                point.library
            );
        }
    }
    let kinds: BTreeSet<&str> = data
        .checks
        .iter()
        .map(|check| check.kind.as_str())
        .collect();
    let known = [
        "authentication",
        "authorization",
        "csrf",
        "rate",
        "validation",
    ];
    assert!(kinds.iter().all(|kind| known.contains(kind)), "{kinds:?}");
    for from in data
        .checks
        .iter()
        .map(|check| &check.from)
        .chain(data.refusals.iter().map(|refusal| &refusal.from))
    {
        assert!(from.starts_with("https://"), "{from}");
    }
}

#[test]
fn frameworks_people_use_are_known() {
    let data = Data::read().unwrap();
    let libraries: BTreeSet<&str> = data
        .points
        .iter()
        .map(|point| point.library.as_str())
        .collect();
    for library in [
        "Flask",
        "Django",
        "FastAPI",
        "aiohttp",
        "Django REST framework",
        "Starlette",
        "Tornado",
        "Bottle",
        "click",
        "Typer",
        "argparse",
        "Celery",
        "RQ",
    ] {
        assert!(libraries.contains(library), "{library}");
    }
}

#[test]
fn levels_of_trust_are_ordered() {
    assert!(Trust::Network < Trust::Local && Trust::Local < Trust::Internal);
    assert_eq!(Kind::Route.trust(), Trust::Network);
    assert!(Kind::ALL.windows(2).all(|pair| pair[0] < pair[1]));
}

#[test]
fn its_examples_are_understood() {
    for example in describe::descriptor().examples {
        for question in [example.en, example.ru] {
            let topic = crate::topic::read(&question);
            let names_something = topic.named || topic.symbol.is_some() || topic.unchecked;
            assert!(
                names_something || question.contains("surface") || question.contains("поверхность"),
                "{question}"
            );
        }
    }
}
