import { getJson, postJson } from './api.js';

export class CartView {
  constructor(root, session) {
    this.root = root;
    this.session = session;
    this.lines = new Map();
  }

  async add(sku, quantity = 1) {
    const answer = await postJson(`/cart/${encodeURIComponent(this.session)}`, { sku, quantity });
    this.lines.set(sku, answer.total);
    this.render();
  }

  render() {
    this.root.replaceChildren(...[...this.lines].map(([sku, total]) => line(sku, total)));
  }

  showMessage(message) {
    this.root.innerHTML = '<p>' + message + '</p>';
  }

  showText(message) {
    const p = document.createElement('p');
    p.textContent = message;
    this.root.replaceChildren(p);
  }
}

function line(sku, total) {
  const li = document.createElement('li');
  li.textContent = `${sku}: ${total}`;
  return li;
}

export function greet(view) {
  const name = new URLSearchParams(location.search).get('name');
  view.showMessage('Hello ' + name);
}

export async function search(text) {
  return getJson('/titles?q=' + encodeURIComponent(text));
}
