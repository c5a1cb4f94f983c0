using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Microsoft.ML.RevRnn.Tests.Support;

/// <summary>The code of a document: its blocks of C#, one after the other, are one program, as a reader would put them together.</summary>
internal static partial class CodeBlocks
{
    private const string ImplicitUsings = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Threading;
        global using System.Threading.Tasks;
        """;

    /// <summary>The documents, by file name.</summary>
    public static IReadOnlyList<string> Documents { get; } =
        [.. Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "Documents"), "*.md").Select(path => Path.GetFileName(path)).Order()];

    /// <summary>The blocks of a document.</summary>
    public static IReadOnlyList<string> Of(string document)
        => [.. Block().Matches(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Documents", document)).ReplaceLineEndings("\n"))
            .Select(block => block.Groups[1].Value)];

    /// <summary>Compiles the program that blocks make up. What the compiler has to say of it, warnings too, fails the test.</summary>
    public static Assembly Compile(IEnumerable<string> blocks)
    {
        var references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Select(path => MetadataReference.CreateFromFile(path));
        var compilation = CSharpCompilation.Create(
            "Document",
            [CSharpSyntaxTree.ParseText(ImplicitUsings), CSharpSyntaxTree.ParseText(Program(blocks))],
            references,
            new CSharpCompilationOptions(OutputKind.ConsoleApplication, nullableContextOptions: NullableContextOptions.Enable));
        using var stream = new MemoryStream();
        var result = compilation.Emit(stream);
        Assert.AreEqual("", string.Join('\n', result.Diagnostics.Where(diagnostic => diagnostic.Severity >= DiagnosticSeverity.Warning)));
        return Assembly.Load(stream.ToArray());
    }

    /// <summary>Types stand after all statements, and usings before them.</summary>
    private static string Program(IEnumerable<string> blocks)
    {
        var parts = blocks.Select(block => CSharpSyntaxTree.ParseText(block).GetCompilationUnitRoot()).ToArray();
        var usings = parts.SelectMany(part => part.Usings).Select(directive => directive.ToString()).Distinct();
        var members = parts.SelectMany(part => part.Members).ToLookup(member => member is GlobalStatementSyntax);
        return string.Join('\n', [.. usings, .. members[true].Select(member => member.ToFullString()), .. members[false].Select(member => member.ToFullString())]);
    }

    [GeneratedRegex("^```csharp\n(.*?)^```$", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Block();
}
