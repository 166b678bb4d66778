using System.Text;

namespace EntitySync.Local.Solr;

/// <summary>
/// The part of Solr's query language that replays use: <c>*:*</c>, <c>field:value</c>, <c>field:"quoted value"</c>, <c>field:(a OR b)</c>, <c>field:*</c>,
/// <c>AND</c>, <c>OR</c> (also implied between clauses), <c>NOT</c>, <c>-</c>, parentheses, and <c>{!terms f=.. separator=.. v=..}</c> with <c>$parameter</c>
/// references. Anything else is a syntax error, never a guess.
/// </summary>
internal sealed class SolrFilter
{
    private const int MaximumDepth = 50;
    private readonly string _text;
    private readonly SolrCollection _collection;
    private int _at;
    private int _depth;

    private SolrFilter(string text, SolrCollection collection)
    {
        _text = text;
        _collection = collection;
    }

    /// <param name="text">The filter.</param>
    /// <param name="collection">Whose fields it may name.</param>
    /// <param name="parameter">Looks up a request parameter for <c>$name</c>.</param>
    /// <exception cref="SolrBadRequestException">Syntax error or unknown field.</exception>
    public static Predicate<SolrDocument> Parse(string text, SolrCollection collection, Func<string, string?> parameter)
    {
        if (text.StartsWith("{!", StringComparison.Ordinal)) return SolrTermsFilter.Parse(text, collection, parameter);
        var filter = new SolrFilter(text, collection);
        var predicate = filter.Or();
        filter.SkipBlanks();
        return filter._at == text.Length ? predicate : throw filter.Error();
    }

    public static void CheckField(string field, SolrCollection collection)
    {
        if (!collection.HasField(field)) throw new SolrBadRequestException($"undefined field {field}");
    }

    private Predicate<SolrDocument> Or()
    {
        var terms = new List<Predicate<SolrDocument>> { And() };
        while (!AtEnd())
        {
            TakeWord("OR");
            terms.Add(And());
        }

        return terms.Count == 1 ? terms[0] : document => terms.Exists(term => term(document));
    }

    private Predicate<SolrDocument> And()
    {
        var terms = new List<Predicate<SolrDocument>> { Unary() };
        while (TakeWord("AND") || TakeWord("&&")) terms.Add(Unary());
        return terms.Count == 1 ? terms[0] : document => terms.TrueForAll(term => term(document));
    }

    private Predicate<SolrDocument> Unary()
    {
        if (++_depth > MaximumDepth) throw Error();
        SkipBlanks();
        var negative = TakeWord("NOT") || Take('-');
        if (!negative) Take('+');
        var inner = negative ? Unary() : Take('(') ? Group() : Clause();
        _depth--;
        return negative ? document => !inner(document) : inner;
    }

    private Predicate<SolrDocument> Group()
    {
        var inner = Or();
        SkipBlanks();
        return Take(')') ? inner : throw Error();
    }

    private Predicate<SolrDocument> Clause()
    {
        if (Take("*:*")) return _ => true;
        var field = Word();
        if (!Take(':')) throw Error();
        CheckField(field, _collection);
        var values = Take('(') ? ValueGroup() : [Value()];
        return document => document.Fields.TryGetValue(field, out var found) && values.Exists(value => value is null || found.Contains(value));
    }

    private List<string?> ValueGroup()
    {
        var values = new List<string?> { Value() };
        for (SkipBlanks(); !Take(')'); SkipBlanks())
        {
            TakeWord("OR");
            values.Add(Value());
        }

        return values;
    }

    /// <summary>Null stands for <c>*</c>.</summary>
    private string? Value()
    {
        SkipBlanks();
        if (Take('*')) return null;
        if (!Take('"')) return Word();
        var value = new StringBuilder();
        while (_at < _text.Length && _text[_at] != '"')
        {
            if (_text[_at] == '\\' && _at + 1 < _text.Length) _at++;
            value.Append(_text[_at++]);
        }

        return Take('"') ? value.ToString() : throw Error();
    }

    private string Word()
    {
        var word = new StringBuilder();
        while (_at < _text.Length && !char.IsWhiteSpace(_text[_at]) && !"():\"[]{}^~*?!/".Contains(_text[_at], StringComparison.Ordinal))
        {
            if (_text[_at] == '\\' && _at + 1 < _text.Length) _at++;
            word.Append(_text[_at++]);
        }

        return word.Length > 0 && word.ToString() is not ("AND" or "OR" or "NOT") ? word.ToString() : throw Error();
    }

    private bool AtEnd()
    {
        SkipBlanks();
        return _at == _text.Length || _text[_at] == ')';
    }

    private void SkipBlanks()
    {
        while (_at < _text.Length && char.IsWhiteSpace(_text[_at])) _at++;
    }

    private bool Take(char character) => Take(character.ToString());

    private bool Take(string text)
    {
        if (string.CompareOrdinal(_text, _at, text, 0, text.Length) != 0) return false;
        _at += text.Length;
        return true;
    }

    private bool TakeWord(string word)
    {
        SkipBlanks();
        var end = _at + word.Length;
        if (string.CompareOrdinal(_text, _at, word, 0, word.Length) != 0 || (end < _text.Length && !char.IsWhiteSpace(_text[end]) && _text[end] != '(')) return false;
        _at = end;
        return true;
    }

    private SolrBadRequestException Error() =>
        new($"org.apache.solr.search.SyntaxError: Cannot parse '{_text}': Encountered {(_at < _text.Length ? $"\"{_text[_at]}\"" : "<EOF>")} at line 1, column {_at}.");
}
