using System.Runtime.CompilerServices;

// The names are listed in eng/MLNetInternals.txt.
[assembly: IgnoresAccessChecksTo("Microsoft.ML.Core")]
[assembly: IgnoresAccessChecksTo("Microsoft.ML.Data")]

namespace System.Runtime.CompilerServices;

/// <summary>
/// Lets this assembly use another assembly's internals. The runtime knows the attribute by its name; the library does not declare it, so
/// whoever needs it does.
/// </summary>
/// <param name="assemblyName">The simple name of the assembly whose internals are used.</param>
[AttributeUsage(AttributeTargets.Assembly, AllowMultiple = true)]
internal sealed class IgnoresAccessChecksToAttribute(string assemblyName) : Attribute
{
    public string AssemblyName { get; } = assemblyName;
}
