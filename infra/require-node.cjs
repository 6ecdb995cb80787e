// Loaded before every entry point. CommonJS in ES5, so that any Node can print the one line that says what is missing.
var found = process.versions.node.split('.').map(Number);
if (found[0] < 24 || (found[0] === 24 && found[1] < 12)) {
  console.error(
    'This project needs Node >= 24.12 and found ' +
      process.version +
      '. Run "npm ci" (it brings Node 24 for npm scripts; its install script must be allowed) and start it through "npm run", or install Node 24.',
  );
  process.exit(1);
}
