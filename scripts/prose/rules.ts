// Word list of the prose check. Add a rule when a review finds a sentence of a new kind.

/** Nouns of the product that are created and deleted, never made or removed. */
const RECORD =
  '(?:task|execution|account|user|session|api key|key|token|ticket|secret|schedule|record|document|attempt)s?';
const ARTICLE = '(?:an?|one|new|own|every|each|many|more)';

export interface Rule {
  name: string;
  /** A sentence that the rule finds; the test plants it. */
  example: string;
  pattern: RegExp;
  /** Printed with a hit: the words to use instead. */
  advice: string;
  /** A wording around the match (10 characters before it on) that is fine after all. */
  unless?: RegExp;
  /** Looks at the start of a text only. */
  isOpening?: true;
}

export const RULES: Rule[] = [
  {
    name: 'indefinite person',
    example: 'Nobody is asked.',
    pattern: /\b(?:nobody|somebody|anybody|everybody|whoever|whomever)(?:'s)?\b/i,
    advice: 'name the actor: the caller, another process, an operator, all users, no client',
  },
  {
    name: 'old adverb',
    example: 'Meanwhile it is read anew.',
    pattern:
      /\b(?:for ever|meanwhile|anew|seldom|likewise|henceforth|forthwith|thereof|wherein|whence|amiss)\b/i,
    advice: 'forever, in the meantime or until then, again, rarely',
  },
  {
    name: 'so long',
    example: 'It waits so long.',
    pattern: /\bso long\b/i,
    advice: 'name the duration, or "as long as", "for that time"',
  },
  {
    name: 'not one of ours',
    example: 'This is no id of ours.',
    pattern: /\b(?:is|are|was|were) no [a-z]+ of ours\b|\bof ours\b|\bthat (?:is|are) none\b/i,
    advice: 'say what it is not: "is not a UUID"',
  },
  {
    name: 'is no',
    example: 'This is no object.',
    pattern:
      /\b(?:is|are|was|were) no (?!longer\b|more\b|one\b|such\b|other\b|way\b|need\b|reason\b|point\b)[a-z]+\b/i,
    advice: '"is not a", "there is no" or "has no"',
    unless: /\b(?:there|here|as if there)\s+(?:is|are|was|were) no\b/i,
  },
  {
    name: 'never seen',
    example: 'The plugin was never seen here.',
    pattern: /\b(?:was|were|is|has|have|been)\s+(?:n?ever) (?:been )?seen\b/i,
    advice: 'unknown',
  },
  {
    name: 'put off',
    example: 'The worker puts it off.',
    pattern: /\b(?:put|puts|putting) (?:(?:it|them|this|one|the [a-z]+) )?off\b/i,
    advice: 'defer, postpone',
  },
  {
    name: 'comes again',
    example: 'It comes again later.',
    pattern: /\b(?:comes?|came|coming) again\b/i,
    advice: 'is retried, returns',
  },
  {
    name: 'makes good',
    example: 'The others make it good.',
    pattern: /\b(?:makes?|made|making) (?:(?:it|them|this) )?good\b/i,
    advice: 'covers, replaces, compensates',
  },
  {
    name: 'mend',
    example: 'Then mend the setting.',
    pattern: /\bmend(?:s|ed|ing)?\b/i,
    advice: 'fix, repair',
  },
  {
    name: 'do again',
    example: 'It is done again.',
    pattern: /\b(?:do|does|did|done|doing)(?: (?:it|them|this|that|one|an? [a-z]+|the [a-z]+))? again\b/i,
    advice: 'rerun, retry, repeat',
  },
  {
    name: 'told by',
    example: 'Its end is told to the caller.',
    pattern: /\b(?:is|are|was|were|be|been|being|not|gets?|never) told\b|\btold apart\b/i,
    advice: 'notify, publish, report, distinguish',
  },
  {
    name: 'heard of',
    example: 'The worker is not heard of any more.',
    pattern: /\b(?:is|are|was|were|be|been|not) heard(?: of| from)?\b/i,
    advice: 'has not reported, is notified, receives',
  },
  {
    name: 'give up oneself',
    example: 'The process gives itself up.',
    pattern: /\bg(?:ive|ives|ave|iving) (?:itself|themselves) up\b|\blost its memory\b/i,
    advice: 'shuts down, was wiped',
  },
  {
    name: 'the sooner',
    example: 'It stops the sooner.',
    pattern: /\bthe (?:sooner|later|earlier|less often)(?=[.,;:)]|$)/i,
    advice: 'say "sooner" and why',
  },
  {
    name: 'has to stay',
    example: 'The last admin has to stay one.',
    pattern: /\bha(?:s|ve) to stay one\b|\bwhen it likes\b|\bas it likes\b|\bto be had\b|\bin vain\b/i,
    advice: 'state the rule in plain words',
  },
  {
    name: 'make a record',
    example: 'Makes a task.',
    pattern: new RegExp(`\\bma(?:ke|kes|king|de) (?:${ARTICLE} )+${RECORD}\\b`, 'i'),
    advice: 'create',
  },
  {
    name: 'remove a record',
    example: 'Removes a user.',
    pattern: new RegExp(`\\bremov(?:e|es|ing|ed) (?:${ARTICLE} )+${RECORD}\\b`, 'i'),
    advice: 'delete',
  },
  {
    name: 'opening',
    example: 'What every request takes from.',
    pattern:
      /^(?:What|Who|Whom|Whose|Whatever|Whichever|With what|With none|With nothing|Of an?|Of the|Of its|Of what|Of those|Of them|From so|So many|So much|That which)\b(?!.*\?\s*$)/,
    advice: 'start with the noun or the verb that is documented',
    isOpening: true,
  },
];
