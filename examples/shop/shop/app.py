"""The HTTP face of the shop."""

from flask import Flask, Response, jsonify, redirect, render_template_string, request

from . import jobs, reports
from .auth import is_admin, new_session
from .cart import Cart, OutOfStock
from .db import open_store
from .pricing import evaluate, parse_rate

CARTS = {}


def create_app(settings=None):
    """Makes the application with its routes."""
    app = Flask(__name__)
    store = open_store(settings or {})

    def cart_of(session):
        return CARTS.setdefault(session, Cart(store))

    @app.get("/search")
    def search():
        return jsonify([product.title for product in store.search(request.args["q"])])

    @app.get("/titles")
    def titles():
        return jsonify([product.title for product in store.search_titles(request.args["q"])])

    @app.get("/products")
    def products():
        return jsonify([product.sku for product in store.listing(request.args.get("order", "title"))])

    @app.get("/orders")
    def orders():
        rows = store.orders_of(request.args["customer"], request.args.get("status", "open"))
        return jsonify([dict(row) for row in rows])

    @app.post("/cart/<session>")
    def add(session):
        body = request.get_json()
        try:
            item = cart_of(session).add(body["sku"], int(body.get("quantity", 1)))
        except OutOfStock as error:
            return jsonify({"error": f"out of stock: {error}"}), 409
        return jsonify({"total": str(item.total)})

    @app.get("/hello")
    def hello():
        return render_template_string("<h1>Hello " + request.args.get("name", "") + "</h1>")

    @app.get("/welcome")
    def welcome():
        return render_template_string("<h1>Hello {{ name }}</h1>", name=request.args.get("name", ""))

    @app.get("/report/<path:name>")
    def report(name):
        return Response(reports.read_report(name), mimetype="text/plain")

    @app.get("/archive/<path:name>")
    def archive(name):
        return Response(reports.read_report_checked(name), mimetype="text/plain")

    @app.post("/convert")
    def convert():
        reports.convert(request.form["name"], request.form["target"])
        return "", 204

    @app.post("/draft")
    def draft():
        return jsonify(reports.load_draft(request.get_data()))

    @app.post("/rates")
    def rates():
        return jobs.fetch_rates(request.form["url"])

    @app.post("/discount")
    def formula():
        if not is_admin(request.headers.get("X-Token", "")):
            return "", 403
        return str(evaluate(request.form["formula"], 100))

    @app.post("/rate")
    def rate():
        return str(parse_rate(request.form["rate"]))

    @app.get("/go")
    def go():
        return redirect(request.args["next"])

    @app.get("/home")
    def home():
        target = request.args.get("next", "/")
        return redirect(target if target in ("/", "/cart") else "/")

    @app.post("/login")
    def login():
        answer = jsonify({"ok": True})
        answer.set_cookie("session", new_session(), httponly=True, secure=True, samesite="Lax")
        return answer

    return app


def main():
    """Starts the development server."""
    create_app().run(debug=True)


if __name__ == "__main__":
    main()
