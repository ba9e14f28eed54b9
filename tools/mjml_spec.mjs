// Prints what MJML itself allows, as JSON for newsletter/edition/mjml/spec.json:
//
//   npm i mjml && node tools/mjml_spec.mjs node_modules > newsletter/edition/mjml/spec.json
//
// Everything is read from the npm packages but CORE: elements that MJML's core handles itself, so
// that no component declares them.
import { createRequire } from 'node:module'
import { resolve } from 'node:path'

const folder = process.argv[2]
if (!folder) {
  console.error('usage: node tools/mjml_spec.mjs NODE_MODULES_FOLDER')
  process.exit(2)
}
const require = createRequire(resolve(folder, 'index.js'))
const { components, dependencies } = require('mjml-preset-core')

// mjml-core/lib/index.js reads lang, dir and owa off the root;
// mjml-validator/lib/rules/validTag.js lists the elements without a component;
// mjml-validator/lib/rules/validAttributes.js lists what every component takes.
const CORE = {
  mjml: { dir: 'string', lang: 'string', owa: 'enum(desktop,mobile)' },
  'mj-all': {},
  'mj-class': { name: 'string' },
  'mj-html-attribute': { name: 'string' },
  'mj-selector': { path: 'string' },
}
const EVERYWHERE = { 'css-class': 'string', 'mj-class': 'string' }

const sorted = (object) => Object.fromEntries(Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1)))

const declared = Object.fromEntries(
  components.map((component) => [component.getTagName(), component.allowedAttributes ?? {}]),
)
const elements = { ...declared, ...CORE }
const names = Object.keys(elements)
const ending = new Set(components.filter((c) => c.endingTag).map((c) => c.getTagName()))

// mj-attributes allows its children by a regular expression: spelled out here.
const allows = (rule, child) => (rule instanceof RegExp ? rule.test(child) : rule === child)
const children = (name) =>
  names
    .filter((child) => child !== 'mjml' && (dependencies[name] ?? []).some((rule) => allows(rule, child)))
    .sort()

const describe = (name) => ({
  attributes: sorted(elements[name]),
  children: children(name),
  ending: ending.has(name),
})

console.log(
  JSON.stringify(
    {
      source: `npm mjml ${require('mjml/package.json').version}, by tools/mjml_spec.mjs`,
      everywhere: EVERYWHERE,
      colors: [...require('mjml-core/lib/types/helpers/colors')].sort(),
      components: sorted(Object.fromEntries(names.map((name) => [name, describe(name)]))),
    },
    null,
    1,
  ),
)
