namespace Microsoft.ML.RevRnn.Models;

/// <summary>How files tell what a <see cref="CellKind.MixedGru"/> makes of its sets. They were all mixed before one of them was chosen, and the weights of that are of no use to this; of one set both are the same.</summary>
internal static class MixtureForm
{
    /// <summary>What a safetensors file says.</summary>
    public const string Chosen = "chosen";

    private const int Choice = 128;

    /// <summary>Writes the number of sets, and in the highest bit that one is chosen.</summary>
    public static void Write(BinaryWriter writer, int sets) => writer.Write((byte)(Choice | sets));

    /// <summary>Reads the number of sets.</summary>
    /// <exception cref="FormatException">The sets were mixed.</exception>
    public static int Read(BinaryReader reader)
    {
        var sets = reader.ReadByte();
        Require((sets & Choice) != 0, sets);
        return sets & ~Choice;
    }

    /// <exception cref="FormatException">The sets were mixed.</exception>
    public static void Require(bool chooses, int sets)
    {
        if (!chooses && sets > 1)
        {
            throw new FormatException(
                $"The network is a {CellKind.MixedGru} that mixes its {sets} sets of weights at each step, as an earlier version of this library did. This version chooses one of them, so that these weights would give other results: " +
                "use them with that version, or train the model anew.");
        }
    }
}
