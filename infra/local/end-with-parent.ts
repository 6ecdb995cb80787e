// Preloaded into Node programs that do not know of a parent: its death closes the channel, however it died.
process.once('disconnect', () => process.exit());
