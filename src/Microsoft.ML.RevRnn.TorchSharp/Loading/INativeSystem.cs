namespace Microsoft.ML.RevRnn.Torch;

/// <summary>What the loader asks of the system.</summary>
internal interface INativeSystem
{
    /// <summary>The runtime identifier of the libraries that can be loaded, such as linux-x64.</summary>
    string Runtime { get; }

    /// <summary>Where .NET looks for native libraries, in its order.</summary>
    IReadOnlyList<string> Folders { get; }

    bool Exists(string path);

    /// <summary>Whether a library of this name is in the process.</summary>
    bool IsLoaded(string name);

    /// <exception cref="DllNotFoundException">It could not be loaded; the message has the reason.</exception>
    /// <exception cref="BadImageFormatException">It is no library for this system.</exception>
    void Load(string path);
}
