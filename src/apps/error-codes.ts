/** One code of an error or diagnostic, explained. */
export interface ErrorCode {
  readonly code: string
  /** What happened, for the documentation; begins in lower case. */
  readonly meaning: string
  /** What to do about it. */
  readonly next: string
}

/** Every code that the program can print, in alphabetical order. A test compares them with the source. */
export const errorCodes: readonly ErrorCode[] = [
  {
    code: 'ACTION_INVALID',
    meaning: 'a rule of a network policy has an action that its kind does not know',
    next: 'the API server refuses the policy; use Accept (Allow in v1alpha1), Deny or Pass',
  },
  {
    code: 'CEL_COST',
    meaning: 'an expression may cost more than a server, or --max-cost, allows',
    next: 'avoid loops inside loops; look keys up with `in`',
  },
  {
    code: 'CEL_INVALID',
    meaning: 'an expression of a policy does not compile',
    next: 'read the place and the message; `breakwater cel` tries an expression alone',
  },
  {
    code: 'CEL_NOT_IN_TARGET',
    meaning: 'an expression uses what the oldest target does not accept in new policies',
    next: 'raise --target, or write it without',
  },
  {
    code: 'CEL_SCHEMA_TYPE',
    meaning: 'an expression does not fit the types of the kind it is about',
    next: 'convert the operands, or write dyn(object)',
  },
  {
    code: 'CEL_TYPE',
    meaning: 'an expression of a policy gives a value of a wrong type',
    next: 'a validation and a match condition must be a bool, a messageExpression a string',
  },
  {
    code: 'CEL_UNGUARDED',
    meaning: 'an expression reads a field that may be absent, which is an error',
    next: 'ask has() first, or write .?field.orValue()',
  },
  {
    code: 'CEL_UNKNOWN_FIELD',
    meaning: 'an expression names a field that the kind does not have',
    next: 'correct the spelling; the nearest name is printed beside it',
  },
  {
    code: 'CIDR_HOST_BITS',
    meaning: 'an address range of a network policy has bits behind its prefix',
    next: 'write the first address of the range; it means the same',
  },
  {
    code: 'CIDR_INVALID',
    meaning: 'an address range of a network policy is none',
    next: 'write it as 10.10.0.0/16; a comment needs a space before its #',
  },
  {
    code: 'CONFIG_INVALID_VALUE',
    meaning: 'a setting has a value of the wrong form',
    next: '`breakwater explain config` shows the settings; docs/settings.md their values',
  },
  {
    code: 'CONFIG_NOT_TRUSTED',
    meaning: "a repository's own settings file sets what only the user may set",
    next: "set it by a flag, in the environment, or in the user's settings file",
  },
  {
    code: 'CONFIG_SYNTAX',
    meaning: 'a settings file is no YAML, or holds no map',
    next: 'correct the place that is named',
  },
  {
    code: 'CONFIG_UNKNOWN_KEY',
    meaning: 'a settings file or environment variable names a setting that does not exist',
    next: 'the nearest name is printed beside it',
  },
  { code: 'CONFIG_UNREADABLE', meaning: 'a settings file cannot be read', next: 'check its rights and its size' },
  {
    code: 'DOMAIN_NAME_INVALID',
    meaning: 'a domain name of a network policy is none',
    next: 'write a name such as api.example.com or *.example.com',
  },
  {
    code: 'DOMAIN_NAME_NOT_ACCEPT',
    meaning: 'domain names stand in a rule that does not accept',
    next: 'only rules with action Accept may name domains',
  },
  {
    code: 'EXCEPT_OUTSIDE_CIDR',
    meaning: 'an exception of an address range does not lie inside it',
    next: 'name a smaller range inside the cidr',
  },
  {
    code: 'FIELD_TYPE',
    meaning: 'a field of a network policy holds a value of a wrong type',
    next: 'the API server refuses the policy; the place is printed',
  },
  {
    code: 'FIELD_UNKNOWN',
    meaning: 'a network policy has a field that its kind does not know',
    next: 'correct its spelling; the API server drops it or refuses the policy',
  },
  {
    code: 'FILE_NOT_WRITTEN',
    meaning: 'an output file could not be written; an older file is as it was',
    next: 'check that the folder exists, is writable and has space',
  },
  {
    code: 'GIT_REFERENCE',
    meaning: 'a state to compare is neither a path nor a git reference that can be read',
    next: 'name a file, a folder, or a branch, tag or commit of the repository in the working folder',
  },
  {
    code: 'IDENTITY_UNREADABLE',
    meaning: 'a file of identity records cannot be read, or holds none',
    next: "export the records as JSON with the cloud's command line, then `breakwater rbac import`",
  },
  {
    code: 'INPUT_FILES_LIMIT',
    meaning: 'more files than the bound; the rest was not read',
    next: 'raise --max-files, or scan fewer folders at a time',
  },
  {
    code: 'INPUT_FOLDER_DEPTH',
    meaning: 'folders are nested deeper than the bound; what lies below was not read',
    next: 'raise --max-folder-depth',
  },
  {
    code: 'INPUT_NOT_FOUND',
    meaning: 'a path that was named does not exist, or a pattern matches nothing',
    next: 'check the spelling; quote patterns that the shell should not expand',
  },
  {
    code: 'INPUT_REVIEW',
    meaning: 'a line of --request holds no AdmissionReview that can be answered',
    next: 'send admission.k8s.io/v1 AdmissionReviews, one a line',
  },
  { code: 'INPUT_UNREADABLE', meaning: 'a file or folder could not be opened or read', next: 'check its rights' },
  {
    code: 'INTERNAL',
    meaning: 'a fault of Breakwater itself',
    next: 'run again with --debug and report what it prints',
  },
  {
    code: 'INVALID_CIDR',
    meaning: 'an address range is not written as one',
    next: 'write a range such as 10.244.0.0/16',
  },
  { code: 'INVALID_LIMIT', meaning: 'a bound is less than 1', next: 'give a positive number' },
  {
    code: 'INVALID_PARAMETER',
    meaning: 'a parameter of a rule has a value of the wrong form',
    next: '`breakwater explain RULE` shows its parameters and their types',
  },
  {
    code: 'INVALID_PORT',
    meaning: 'a port is not written as one',
    next: 'write TCP/443, 443, UDP/53, TCP/http or ICMP',
  },
  { code: 'INVALID_SIZE', meaning: 'a size is not understood', next: 'use a size such as 16MiB' },
  { code: 'INVALID_TARGET', meaning: 'the target is no Kubernetes minor', next: 'use a minor such as 1.37' },
  {
    code: 'INVALID_VARIABLE',
    meaning: 'a variable is not written as name=JSON',
    next: 'write --var \'params={"max": 3}\'',
  },
  {
    code: 'INVALID_WHERE',
    meaning: 'the --where expression does not compile, or cannot be answered for a finding',
    next: 'it is CEL over the fields of a finding; guard fields that may be absent with has()',
  },
  {
    code: 'JSON_DEPTH_LIMIT',
    meaning: 'a document is nested deeper than the bound; the document was not read',
    next: 'raise --max-depth if the document is right',
  },
  {
    code: 'JSON_STRING_LIMIT',
    meaning: 'a JSON string is longer than the bound; the document was not read',
    next: 'raise --max-string-bytes',
  },
  {
    code: 'JSON_SYNTAX',
    meaning: 'a document that begins as JSON is neither JSON nor YAML',
    next: 'correct the place that is named',
  },
  {
    code: 'JSON_VALUE',
    meaning: 'a JSON value cannot be represented',
    next: 'correct the place that is named; numbers beyond the range of a double are refused by Kubernetes as well',
  },
  {
    code: 'LIMIT_EXCEEDED',
    meaning: 'a network policy has more rules, peers or ports than its kind allows',
    next: 'split the policy',
  },
  {
    code: 'NAME_INVALID',
    meaning: 'a network policy, or a rule of one, has a name that cannot be one',
    next: 'use lower-case letters, digits and dashes',
  },
  {
    code: 'NO_ASSERTION',
    meaning: 'the files hold no assertion about connections',
    next: 'write an AuditPolicy with the annotation breakwater.io/evaluate: connections',
  },
  {
    code: 'NO_EXPRESSION',
    meaning: '`breakwater cel` got nothing to evaluate',
    next: 'write the expression in quotes, or use --file or --stdin',
  },
  {
    code: 'NO_PATH',
    meaning: 'a command that reads files got no path',
    next: 'name files or folders, or - for standard input',
  },
  {
    code: 'NO_POLICY',
    meaning: 'a command that evaluates policies got none',
    next: 'name a file that holds a ValidatingAdmissionPolicy',
  },
  {
    code: 'NO_QUESTION',
    meaning: 'a question about rights lacks its subject, verb or resource, or has words that it cannot use',
    next: 'see the examples of `breakwater rbac --help`',
  },
  {
    code: 'PEERS_MISSING',
    meaning: 'a rule of a network policy names no peers where its kind asks for some',
    next: 'name at least one peer',
  },
  {
    code: 'PEER_CONFLICT',
    meaning: 'a peer of a network policy has fields that exclude each other',
    next: 'give an ipBlock a list item of its own',
  },
  {
    code: 'PEER_EMPTY',
    meaning: 'a peer of a network policy has no field and matches nothing',
    next: 'leave the whole list out to mean every peer, or name one',
  },
  {
    code: 'PEER_UNKNOWN',
    meaning: 'a peer of a network policy is of a kind that is not known',
    next: 'it matches nothing where it allows, and everything where it denies',
  },
  { code: 'POLICIES_UNREADABLE', meaning: 'a file or folder of --policies cannot be read', next: 'check the path' },
  {
    code: 'POLICY_AUDIT_CAN_BLOCK',
    meaning: 'a binding that only audits or warns can still deny a request',
    next: 'set failurePolicy: Ignore, or parameterNotFoundAction: Allow',
  },
  {
    code: 'POLICY_BINDING_TO_NOTHING',
    meaning: 'a binding names a policy that is in none of the files',
    next: 'correct spec.policyName, or give the file with the policy too',
  },
  {
    code: 'POLICY_DEAD_RULE',
    meaning: 'an expression is always true or always false',
    next: 'compare something of the object, or remove it',
  },
  {
    code: 'POLICY_EMPTY',
    meaning: 'a policy has no validations and no audit annotations',
    next: 'give it at least one',
  },
  {
    code: 'POLICY_FIELD_MISSING',
    meaning: 'a required field of a policy or role is absent',
    next: 'add it at the place that is named',
  },
  {
    code: 'POLICY_FIELD_TYPE',
    meaning: 'a field of a policy or role has a wrong type',
    next: 'correct the place that is named',
  },
  {
    code: 'POLICY_FIELD_VALUE',
    meaning: 'a field of a policy has a value that is not one of those allowed',
    next: 'the allowed values are printed beside it',
  },
  {
    code: 'POLICY_NOT_EVALUATED',
    meaning: 'a policy of a kind that this command does not evaluate',
    next: 'the rest is evaluated without it',
  },
  {
    code: 'POLICY_REFUSED',
    meaning: 'an API server refuses a field of this policy or binding',
    next: 'correct the place that is named',
  },
  {
    code: 'POLICY_RESTS_ON_DEFAULT',
    meaning: 'an expression reads a field that the author of an object may leave to the defaulting',
    next: 'nothing, unless the policy should tell the two apart',
  },
  {
    code: 'POLICY_TEST_WITHOUT_POLICY',
    meaning: 'a PolicyTest names a policy that is in none of the files',
    next: 'name the file with the policy too',
  },
  {
    code: 'POLICY_TYPES_OMIT_RULES',
    meaning: 'a network policy has rules for a direction that its policyTypes leave out',
    next: 'add the direction to policyTypes, or remove the rules',
  },
  {
    code: 'POLICY_TYPE_INVALID',
    meaning: 'a policy type of a network policy is neither Ingress nor Egress',
    next: 'write Ingress or Egress',
  },
  {
    code: 'PORT_DIGITS',
    meaning: 'a port of a network policy is a string of digits',
    next: 'write the number without quotes',
  },
  {
    code: 'PORT_INVALID',
    meaning: 'a port of a network policy is no port',
    next: 'write a number from 1 to 65535',
  },
  {
    code: 'PORT_NAME_INVALID',
    meaning: 'a port name of a network policy can be the name of no container port',
    next: 'use at most 15 lower-case letters, digits and dashes, with a letter among them',
  },
  {
    code: 'PORT_NAME_WITHOUT_PODS',
    meaning: 'a named port stands beside peers that have no ports',
    next: 'name the port by its number',
  },
  {
    code: 'PORT_RANGE_INVALID',
    meaning: 'a range of ports of a network policy has no start below its end',
    next: 'give a numeric port and an endPort that is not smaller',
  },
  {
    code: 'PRIORITY_INVALID',
    meaning: 'the priority of a network policy is no number from 0 to 1000',
    next: 'write a whole number from 0 to 1000',
  },
  {
    code: 'PROTOCOL_INVALID',
    meaning: 'a protocol of a network policy is none',
    next: 'use TCP, UDP or SCTP',
  },
  {
    code: 'RBAC_DUPLICATE',
    meaning: 'two roles or bindings have one name; the first counts',
    next: 'remove one of them',
  },
  {
    code: 'RBAC_REFUSED',
    meaning: 'the API server refuses this role or binding, so it grants nothing',
    next: 'correct the place that is named',
  },
  { code: 'READ_BINARY', meaning: 'a file is no text', next: 'exclude it, or name the right file' },
  {
    code: 'READ_DOCUMENTS_LIMIT',
    meaning: 'a stream holds more documents than the bound; the rest was not read',
    next: 'raise --max-documents',
  },
  {
    code: 'READ_DOCUMENT_LIMIT',
    meaning: 'a document or List item is larger than the bound and was not read',
    next: 'raise --max-document-bytes',
  },
  {
    code: 'READ_INVALID_UTF8',
    meaning: 'bytes that are not UTF-8 were read as U+FFFD',
    next: 'save the file as UTF-8',
  },
  { code: 'READ_LIST_ITEM', meaning: 'an item of a List is no object', next: 'correct the place that is named' },
  { code: 'READ_LIST_ITEMS', meaning: 'the items of a List are no list', next: 'correct the place that is named' },
  { code: 'READ_NESTED_LIST', meaning: 'a List stands inside a List, which kubectl refuses', next: 'unfold it' },
  {
    code: 'READ_NO_OBJECT',
    meaning: 'a document among objects is none: text, a list, or a map without apiVersion and kind',
    next: 'correct the place that is named, or move it into a file of its own',
  },
  {
    code: 'READ_UTF16_WITHOUT_MARK',
    meaning: 'a file looks like UTF-16 without a byte-order mark, which no reader can be sure of',
    next: 'save the file as UTF-8',
  },
  {
    code: 'SELECTOR_INVALID',
    meaning: 'a label selector of a network policy has an operator and values that disagree',
    next: 'give values to In and NotIn, and none to Exists and DoesNotExist',
  },
  {
    code: 'SUBJECT_INVALID',
    meaning: 'a network policy does not say which pods it is about',
    next: 'give exactly one of namespaces and pods',
  },
  {
    code: 'TIER_INVALID',
    meaning: 'the tier of a network policy is none',
    next: 'use Admin or Baseline',
  },
  { code: 'TWO_OUTPUTS_TO_FILE', meaning: 'two formats would be written to one file', next: 'give each its own file' },
  {
    code: 'TWO_OUTPUTS_TO_STDOUT',
    meaning: 'two formats would go to standard output',
    next: 'give all but one a file: -o FORMAT=FILE',
  },
  {
    code: 'UNKNOWN_CNI',
    meaning: 'a network engine is not in the table',
    next: 'the engines are printed beside it; leave --cni out where none fits',
  },
  {
    code: 'UNKNOWN_COMMAND',
    meaning: 'a word is no command',
    next: 'the nearest command, or all of them, are printed beside it',
  },
  {
    code: 'UNKNOWN_FORMAT',
    meaning: 'an output format does not exist',
    next: 'the nearest name, or all of them, are printed beside it',
  },
  { code: 'UNKNOWN_PACK', meaning: 'a pack does not exist', next: 'the packs are printed beside it' },
  {
    code: 'UNKNOWN_PARAMETER',
    meaning: 'a rule has no parameter of that name',
    next: '`breakwater explain RULE` shows its parameters',
  },
  {
    code: 'UNKNOWN_PEER',
    meaning: 'a peer of a question is not in the input, or is not written as one',
    next: 'name a workload as NAMESPACE/NAME, a Service as svc:NAMESPACE/NAME, or an address',
  },
  {
    code: 'UNKNOWN_RULE',
    meaning: 'a rule does not exist',
    next: 'the nearest name is printed beside it; docs/rules lists them all',
  },
  { code: 'UNKNOWN_SHELL', meaning: 'there is no completion for this shell', next: 'use bash, zsh, fish or pwsh' },
  {
    code: 'UNKNOWN_SUBJECT',
    meaning: 'a subject of a question is not written as one',
    next: 'write sa:NAMESPACE/NAME, user:NAME, group:NAME, node:NAME or a plain user name',
  },
  {
    code: 'YAML_ALIAS',
    meaning: 'an alias names an anchor that does not exist, or contains itself',
    next: 'correct the place that is named',
  },
  {
    code: 'YAML_ALIAS_LIMIT',
    meaning: 'aliases expand to more than the bound; the document was not read',
    next: 'raise --max-alias-nodes if the document is right',
  },
  {
    code: 'YAML_DEPTH_LIMIT',
    meaning: 'a document is nested deeper than the bound; the document was not read',
    next: 'raise --max-depth if the document is right',
  },
  {
    code: 'YAML_DUPLICATE_KEY',
    meaning: 'a key is written twice in one map; the last value counts, as for kubectl',
    next: 'remove one of them',
  },
  {
    code: 'YAML_NODE_LIMIT',
    meaning: 'a document that only the complete reader can read holds more than the bound; it was not read',
    next: 'raise --max-slow-nodes if the document is right',
  },
  {
    code: 'YAML_SEPARATOR',
    meaning: 'a line begins with --- and holds more; kubectl refuses it together with the document before',
    next: 'put the content on the next line',
  },
  {
    code: 'YAML_STRING_LIMIT',
    meaning: 'a YAML string is longer than the bound; the document was not read',
    next: 'raise --max-string-bytes',
  },
  { code: 'YAML_SYNTAX', meaning: 'a document is not valid YAML', next: 'correct the place that is named' },
  {
    code: 'YAML_VALUE',
    meaning: 'a value cannot be represented in JSON, or a key is none',
    next: 'correct the place that is named',
  },
]
