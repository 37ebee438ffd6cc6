// One line of JSON for each file: what it claims to be, and every rule of that claim it breaks.
var foundries = Packages.org.verapdf.pdfa.Foundries;
Packages.org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider.initialise();
for (var i = 0; i < arguments.length; i++) {
  var parser = foundries.defaultInstance().createParser(new java.io.FileInputStream(arguments[i]));
  var claimed = parser.getFlavour();
  var validator = foundries.defaultInstance().createValidator(claimed, false);
  var result = validator.validate(parser);
  var broken = [];
  for (var found = result.getTestAssertions().iterator(); found.hasNext(); ) {
    broken.push(String(found.next().getMessage()));
  }
  print(JSON.stringify({
    claimed: String(claimed),
    compliant: Boolean(result.isCompliant()),
    checked: Number(result.getTotalAssertions()),
    broken: broken,
  }));
}
